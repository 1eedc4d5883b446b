package dev.weir.kernels;

/**
 * What a pass of so many rows usually takes, so that passes of different sizes can be compared.
 * Learned slowly: caches of keys grow longer, and the machine is not always the same.
 */
final class PassCost {
  /** Row counts up to here have a place of their own; above, eight share out each power of two. */
  private static final int EXACT = 16;

  private static final int PLACES = EXACT + 8 * (Integer.SIZE - 5);
  private static final double LEARNING = 1.0 / 64;

  // nanoseconds of a row; 0: none seen yet
  private final double[] ofRow = new double[PLACES];

  /** Nanoseconds of a pass; 0 if none like it was learned. */
  double of(int rows) {
    return ofRow[place(rows)] * rows;
  }

  void learn(int rows, double nanos) {
    int place = place(rows);
    double seen = nanos / rows;
    ofRow[place] += ofRow[place] == 0 ? seen : LEARNING * (seen - ofRow[place]);
  }

  /** All passes take so many times as long from now on. */
  void scale(double factor) {
    for (int i = 0; i < PLACES; i++) {
      ofRow[i] *= factor;
    }
  }

  private static int place(int rows) {
    if (rows < EXACT) {
      return rows;
    }
    int power = Integer.SIZE - 1 - Integer.numberOfLeadingZeros(rows);
    return EXACT + 8 * (power - 4) + (rows >> power - 3) - 8;
  }
}
