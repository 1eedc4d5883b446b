package dev.weir.bench;

import java.util.Arrays;
import java.util.Collection;

/** Values of one thing that was measured several times, in ascending order. */
@SuppressWarnings("ArrayRecordComponent") // made once, never compared
public record Samples(double[] sorted) {

  public Samples {
    sorted = sorted.clone();
    Arrays.sort(sorted);
  }

  public static Samples of(double... values) {
    return new Samples(values);
  }

  public static Samples of(Collection<Double> values) {
    return new Samples(values.stream().mapToDouble(Double::doubleValue).toArray());
  }

  /**
   * The nearest-rank percentile; NaN without samples.
   *
   * @param p in (0, 100]
   */
  public double percentile(double p) {
    if (sorted.length == 0) {
      return Double.NaN;
    }
    return sorted[Math.max(0, (int) Math.ceil(p / 100 * sorted.length) - 1)];
  }

  /** The middle one, the mean of the two in the middle of an even number; NaN without samples. */
  public double median() {
    int n = sorted.length;
    return n == 0 ? Double.NaN : (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
  }
}
