package dev.weir.engine;

/**
 * A row of logits from which nothing can be drawn: one is not a number, or the largest is infinite.
 * It ends the request whose row it is; the rows of others are sound.
 */
public final class NonFiniteLogits extends RuntimeException {
  private static final long serialVersionUID = 1L;

  NonFiniteLogits(String where) {
    super(
        "the logits %s are not finite numbers: an activation of the model has left the range of floats"
            .formatted(where));
  }
}
