package dev.weir.engine;

/**
 * Tokens among which a filter that keeps the most probable finds all that it keeps: at least the
 * {@code count} most probable, at least those that have {@code mass} of the probability of
 * softmax(logits / temperature), at least all with {@code share} of the largest probability.
 *
 * @param share above 0, up to 1, which only the largest has
 * @param count 0 if only the others matter
 * @param mass from 0, if only the others matter, to below 1
 */
public record Shortlist(double share, int count, double mass) {
  public Shortlist {
    if (!(share > 0 && share <= 1 && count >= 0 && mass >= 0 && mass < 1)) {
      throw new IllegalArgumentException(
          "share %s, count %d, mass %s".formatted(share, count, mass));
    }
  }
}
