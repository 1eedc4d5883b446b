package dev.weir.bench.image;

/**
 * A measured figure.
 *
 * @param name without its family: {@code legal.partial}
 * @param unit {@code %}, {@code nats}, {@code bits/pixel}, {@code pixels}
 */
record Figure(String name, Estimate estimate, String unit) {
  /** A share, in per cent. */
  static Figure share(String name, Estimate share) {
    return new Figure(name, share.times(100), "%");
  }
}
