package dev.weir.bench.image;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * A figure with its interval of 95 %: what other pictures of the same kind would give.
 *
 * @param low lower end
 * @param high upper end
 */
record Estimate(double value, double low, double high) {
  private static final double Z = 1.959964; // of the normal distribution, 95 % within
  private static final int RESAMPLES = 1000;
  private static final long SEED = 95;

  /** What has no sampling error. */
  static Estimate exactly(double value) {
    return new Estimate(value, value, value);
  }

  /** A share of independent trials, with Wilson's interval (1927). */
  static Estimate ofShare(long hits, long trials) {
    double share = (double) hits / trials;
    double square = Z * Z / trials;
    double centre = share + square / 2;
    double half = Z * Math.sqrt(share * (1 - share) / trials + square / trials / 4);
    return new Estimate(share, (centre - half) / (1 + square), (centre + half) / (1 + square));
  }

  /** The mean of independent values, with the percentile interval of the bootstrap. */
  static Estimate ofMean(double... values) {
    double[] ones = new double[values.length];
    Arrays.fill(ones, 1);
    return ofRatio(values, ones);
  }

  /**
   * A sum over a sum, with the percentile interval of the bootstrap (Efron 1979) over what the
   * summands are of.
   */
  static Estimate ofRatio(double[] over, double[] under) {
    SplittableRandom random = new SplittableRandom(SEED);
    double[] ratios = new double[RESAMPLES];
    for (int r = 0; r < RESAMPLES; r++) {
      double above = 0;
      double below = 0;
      for (int i = 0; i < over.length; i++) {
        int drawn = random.nextInt(over.length);
        above += over[drawn];
        below += under[drawn];
      }
      ratios[r] = above / below;
    }
    Arrays.sort(ratios);
    return new Estimate(
        Arrays.stream(over).sum() / Arrays.stream(under).sum(),
        ratios[RESAMPLES / 40],
        ratios[RESAMPLES - 1 - RESAMPLES / 40]);
  }

  /** In another unit; of the other sign too. */
  Estimate times(double factor) {
    return new Estimate(
        factor * value,
        Math.min(factor * low, factor * high),
        Math.max(factor * low, factor * high));
  }
}
