package dev.weir.engine;

import java.util.Arrays;

/**
 * A time that is a sum of terms, so many nanoseconds for each unit of each, learned from measured
 * times by least squares; no term ever costs less than nothing.
 *
 * <p>Errors are relative to the measured time. So a step that took ten times as long as expected,
 * since a garbage collection or another process came between, says next to nothing, and one that
 * was faster is believed at once. A measurement changes the costs of its own terms only: what a
 * rare one costs is known as long as it takes until the next.
 */
final class LinearCost {
  /** Of measured times, relative. */
  private static final double NOISE = 0.1;

  /** Passes over the terms after a measurement; the next goes on where they end. */
  private static final int PASSES = 100;

  // nanoseconds of a unit, relative to a unit of the first measurement, that are taken for usual
  private final double[] usual;
  private final double[] costs;
  // sums over measurements: terms times terms, and terms times what they should cost, both
  // relative to the measured time
  private final double[][] products;
  private final double[] targets;
  // what keeps a cost near 0 until measurements tell of it
  private final double[] restraint;
  private boolean begun;

  /**
   * @param usual how much a unit of each term costs at most, usually, relative to what a whole unit
   *     of the first measurement takes; the earlier of two takes what both could explain
   */
  LinearCost(double... usual) {
    this.usual = usual;
    costs = new double[usual.length];
    products = new double[usual.length][usual.length];
    targets = new double[usual.length];
    restraint = new double[usual.length];
  }

  double nanos(double... terms) {
    double nanos = 0;
    for (int i = 0; i < terms.length; i++) {
      nanos += costs[i] * terms[i];
    }
    return nanos;
  }

  /** Whether a term was ever measured. */
  boolean knows(int term) {
    return products[term][term] > 0;
  }

  /**
   * Takes in a measurement.
   *
   * @param fading what is left of the earlier measurements, 0 to 1
   * @param units what the first measurement is divided by
   * @param nanos that the terms took, maybe below 0 if it is what is left of the time
   * @param measured time of all, above 0: errors are relative to it
   */
  void learn(double fading, double units, double nanos, double measured, double... terms) {
    if (!begun) {
      begun = true;
      for (int i = 0; i < usual.length; i++) {
        double deviation = usual[i] * measured / units / NOISE;
        restraint[i] = 1 / (deviation * deviation);
      }
    }
    for (int i = 0; i < terms.length; i++) {
      targets[i] = fading * targets[i] + terms[i] / measured * (nanos / measured);
      for (int j = 0; j < terms.length; j++) {
        products[i][j] = fading * products[i][j] + terms[i] / measured * (terms[j] / measured);
      }
    }
    for (int pass = 0; pass < PASSES; pass++) {
      for (int i = 0; i < terms.length; i++) {
        if (terms[i] > 0) {
          fit(i);
        }
      }
    }
  }

  /** The best cost of a term if those of the others are right. */
  private void fit(int term) {
    double rest = targets[term];
    for (int other = 0; other < costs.length; other++) {
      rest -= other == term ? 0 : products[term][other] * costs[other];
    }
    costs[term] = Math.max(0, rest / (products[term][term] + restraint[term]));
  }

  /** Measurements so far were wrong: the next ones alone count, the costs stay until then. */
  void forget() {
    Arrays.fill(targets, 0);
    for (double[] row : products) {
      Arrays.fill(row, 0);
    }
  }
}
