package dev.weir.bench;

import java.util.Arrays;

/** Durations that were measured, in milliseconds; ordered. */
record Samples(double[] sortedMs) {

  static Samples of(double[] ms) {
    double[] sorted = ms.clone();
    Arrays.sort(sorted);
    return new Samples(sorted);
  }

  /**
   * The nearest-rank percentile; NaN without samples.
   *
   * @param p in (0, 100]
   */
  double percentile(double p) {
    if (sortedMs.length == 0) {
      return Double.NaN;
    }
    return sortedMs[Math.max(0, (int) Math.ceil(p / 100 * sortedMs.length) - 1)];
  }
}
