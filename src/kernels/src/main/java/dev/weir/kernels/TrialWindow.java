package dev.weir.kernels;

/**
 * The last trials of a number of threads, each with what the usual number took in between. Times
 * are relative to what the same passes are thought to take.
 *
 * <p>Sums are compared, not ratios: a mean of ratios thinks too well of a number that is held up
 * rarely, but then for long.
 */
final class TrialWindow {
  private static final int LEAST = 4;
  private static final int MOST = 64;

  /** Few trials may agree by chance: their spread is not believed to be less. */
  private static final double LEAST_DEVIATION = 0.03;

  /**
   * Standard errors between a mean and what is believed of it: of the last 4, 8, 16, 32, 64. Few
   * are looked at often, and a long window is wrong by little.
   */
  private static final double[] DOUBT = {4, 3.5, 3, 2.5, 2};

  /** One trial, such as one with a pause of the garbage collector in it, counts for so much. */
  private static final double MOST_RATIO = 4;

  private final double[] trials = new double[MOST];
  private final double[] usual = new double[MOST];
  private int count;

  void add(double trial, double before) {
    trials[count % MOST] = Math.clamp(trial, before / MOST_RATIO, before * MOST_RATIO);
    usual[count % MOST] = before;
    count++;
  }

  void clear() {
    count = 0;
  }

  /** What the number takes to what is usual, by the last two; or a guess before there are any. */
  double ratio(double guess) {
    int n = Math.min(2, count);
    return n == 0 ? guess : sum(trials, n) / sum(usual, n);
  }

  /**
   * Whether the number takes less than a part of what is usual: surely, by the last 4 (and each of
   * them), 8, 16, 32 or 64. The shorter windows see a change soon, the longer ones see small
   * differences.
   */
  boolean surelyBelow(double part) {
    for (int i = 0, n = LEAST; n <= Math.min(count, MOST); i++, n *= 2) {
      if (surelyBelow(part, n, DOUBT[i])) {
        return true;
      }
    }
    return false;
  }

  private boolean surelyBelow(double part, int n, double doubt) {
    double level = sum(usual, n) / n;
    double mean = sum(trials, n) / n - part * level;
    double squares = 0;
    int below = 0;
    for (int i = 1; i <= n; i++) {
      double difference = last(trials, i) - part * last(usual, i);
      squares += (difference - mean) * (difference - mean);
      below += difference < 0 ? 1 : 0;
    }
    double deviation = Math.max(LEAST_DEVIATION * level, Math.sqrt(squares / (n - 1)));
    boolean often = n > LEAST || below == n;
    return often && mean + doubt * deviation / Math.sqrt(n) < 0;
  }

  private double sum(double[] values, int n) {
    double sum = 0;
    for (int i = 1; i <= n; i++) {
      sum += last(values, i);
    }
    return sum;
  }

  private double last(double[] values, int back) {
    return values[Math.floorMod(count - back, MOST)];
  }
}
