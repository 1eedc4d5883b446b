package dev.weir.standalone.check;

/** When two numbers count as the same (the fixtures' own rules). */
final class Tolerance {
  /** float32 logits and log-probabilities. */
  static final double LOGITS = 1e-3;

  private static final double RELATIVE = 1e-5;
  private static final double ABSOLUTE = 1e-6;

  private Tolerance() {}

  /** For probabilities and sampler values: within 1e-5 relative or 1e-6 absolute. */
  static boolean same(double actual, double expected) {
    double difference = Math.abs(actual - expected);
    return difference <= ABSOLUTE || difference <= RELATIVE * Math.abs(expected);
  }
}
