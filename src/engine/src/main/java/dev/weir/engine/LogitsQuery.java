package dev.weir.engine;

import org.jspecify.annotations.Nullable;

/**
 * What is wanted of the logits behind one token. They are edited, then divided by the temperature;
 * what {@link StepOutput} tells of a row is about those, unless it says the model's own.
 *
 * @param edits made first
 * @param temperature above 0; of no importance to a query for the arg max alone
 * @param candidates how many of the largest logits are wanted, up to {@value #MAX_CANDIDATES} and
 *     the vocabulary; 0: the arg max alone, and {@link StepOutput} can tell nothing else of the row
 * @param shortlist wanted where the candidates turn out to be too few; null: none
 * @param entropy whether the entropy is wanted too
 * @param logprobs whether log-probabilities of the model's own distribution are wanted too
 */
public record LogitsQuery(
    LogitEdits edits,
    float temperature,
    int candidates,
    @Nullable Shortlist shortlist,
    boolean entropy,
    boolean logprobs) {
  /**
   * Most candidates: at temperature 1 a chat model draws from beyond as many in a few of a hundred
   * tokens.
   */
  public static final int MAX_CANDIDATES = 64;

  /** The arg max of the model's own logits. */
  public static final LogitsQuery ARG_MAX =
      new LogitsQuery(LogitEdits.NONE, 1, 0, null, false, false);

  /** The model's own distribution, and whole rows. */
  public static final LogitsQuery WHOLE = new LogitsQuery(LogitEdits.NONE, 1, 1, null, false, true);

  public LogitsQuery {
    if (!(temperature > 0) || candidates < 0 || candidates > MAX_CANDIDATES) {
      throw new IllegalArgumentException(
          "temperature %s, %d candidates".formatted(temperature, candidates));
    }
    if (candidates == 0 && (shortlist != null || entropy || logprobs)) {
      throw new IllegalArgumentException("more than the arg max wants at least one candidate");
    }
  }
}
