package dev.weir.kernels;

/**
 * The fastest of some numbers of threads for passes of one size, found while they run.
 *
 * <pre>
 *          now and then, within an allowance          the block is full
 *   usual -----------------------------------> trial -------------------> usual, or the trial's number from now on
 * </pre>
 *
 * <p>A trial is a block of passes on the next number above or below, compared with what the same
 * passes took before. One block says little: a slice of time of another process is as long as a
 * pass. So a number is changed after several that agree: more threads must gain 5 %, fewer must
 * lose less than 1.5 %, for others want the cores too. What trials cost beyond the usual is held to
 * 1 % of the time; what is saved of it is for moments when passes suddenly take longer or shorter,
 * or a trial surprises: then trials and blocks of the usual take turns.
 */
final class ThreadSearch {
  /** Longer than slices of time and waking up; a longer pass is a block alone. */
  private static final long BLOCK_NANOS = 30_000_000;

  private static final double ALLOWED = 0.01;

  /** Blocks of saved allowance at most, and what only a suspicion may use. */
  private static final int MOST_SAVED = 10;

  private static final int RESERVED = 5;

  /** Blocks of the usual between two trials, without and with a suspicion. */
  private static final int REGULAR_REST = 10;

  private static final int SUSPICIOUS_REST = 1;

  /** Trials that follow a suspicion. */
  private static final int SUSPICIOUS_TRIALS = 12;

  private static final double UP_LIMIT = 0.95;
  private static final double DOWN_LIMIT = 1.015;

  /** So far below its limit a trial is a surprise. */
  private static final double SURPRISE = 0.05;

  /** A level of the last blocks beyond these, relative to the usual, is a suspicion. */
  private static final double SLOWER = 1.25;

  private static final double FASTER = 0.8;

  private final int[] numbers;
  private final PassCost cost = new PassCost();
  private final TrialWindow up = new TrialWindow();
  private final TrialWindow down = new TrialWindow();
  // index of the usual number
  private int at;
  // 1 or -1 while a trial runs, else 0; and the last trial's
  private int trying;
  private int tried = 1;
  // of the usual passes since the last trial, and of this trial's: nanoseconds, and what they are
  // thought to take
  private double usualNanos;
  private double usualExpected;
  private double trialNanos;
  private double trialExpected;
  private double rested;
  private double saved;
  private int suspicious;
  // passes lately against their usual cost
  private double level = 1;
  // the length of a trial: 30 ms, or one pass like the last; 0 before there was one
  private double block;

  /**
   * @param numbers of threads, ascending; the last is the first that is used
   */
  ThreadSearch(int[] numbers) {
    this.numbers = numbers.clone();
    at = numbers.length - 1;
  }

  /** The number that is usual now. */
  int chosen() {
    return numbers[at];
  }

  /** How many threads shall compute the next pass. */
  int next(int rows) {
    boolean comparable = cost.of(rows) > 0;
    if (trying == 0 && comparable) {
      trying = due();
    }
    return trying == 0 || !comparable ? chosen() : numbers[at + trying];
  }

  /** The pass that was asked about took so long. */
  void onPass(int rows, long nanos) {
    if (numbers.length == 1) {
      return;
    }
    if (block == 0) {
      saved = MOST_SAVED * Math.max(BLOCK_NANOS, nanos);
    }
    block = Math.max(BLOCK_NANOS, nanos);
    double expected = cost.of(rows);
    if (trying != 0 && expected > 0) {
      trialNanos += nanos;
      trialExpected += expected;
      if (trialNanos >= BLOCK_NANOS) {
        endTrial();
      }
    } else {
      usual(rows, nanos, expected);
    }
  }

  private void usual(int rows, long nanos, double expected) {
    rested += nanos;
    saved = Math.min(MOST_SAVED * block, saved + ALLOWED * nanos);
    cost.learn(rows, nanos);
    if (expected == 0) {
      return;
    }
    usualNanos += nanos;
    usualExpected += expected;
    if (usualNanos > REGULAR_REST * block) { // older ones count less
      usualNanos /= 2;
      usualExpected /= 2;
    }
    level += Math.min(0.5, nanos / (4.0 * BLOCK_NANOS)) * (nanos / expected - level);
    if (level > SLOWER || level < FASTER) {
      cost.scale(level);
      usualExpected *= level; // what was slow still counts when a trial is held against it
      level = 1;
      suspicious = SUSPICIOUS_TRIALS;
    }
  }

  /** The direction of a trial that may begin now; 0 for none. */
  private int due() {
    int rest = suspicious > 0 ? SUSPICIOUS_REST : REGULAR_REST;
    if (rested < rest * block || usualExpected == 0) {
      return 0;
    }
    if (affordable(-tried)) {
      return -tried;
    }
    return affordable(tried) ? tried : 0;
  }

  private boolean affordable(int direction) {
    int to = at + direction;
    if (to < 0 || to == numbers.length) {
      return false;
    }
    if (suspicious > 0) { // what earlier trials cost tells nothing now
      return saved > 0;
    }
    double guess = direction < 0 ? (double) numbers[at] / numbers[to] : 1;
    return (window(direction).ratio(guess) - 1) * block <= saved - RESERVED * block;
  }

  private TrialWindow window(int direction) {
    return direction > 0 ? up : down;
  }

  private static double limit(int direction) {
    return direction > 0 ? UP_LIMIT : DOWN_LIMIT;
  }

  private void endTrial() {
    double trial = trialNanos / trialExpected;
    double before = usualNanos / usualExpected;
    saved -= Math.max(0, trial - before) * trialExpected;
    TrialWindow window = window(trying);
    window.add(trial, before);
    suspicious = Math.max(0, suspicious - 1);
    if (window.surelyBelow(limit(trying))) {
      change(window.ratio(1));
    } else {
      if (suspicious == 0 && trial < (limit(trying) - SURPRISE) * before) {
        suspicious = SUSPICIOUS_TRIALS / 2;
      }
      tried = trying;
    }
    trying = 0;
    trialNanos = 0;
    trialExpected = 0;
    usualNanos = 0;
    usualExpected = 0;
    rested = 0;
  }

  /**
   * The trial's number is the usual one from now on, and the next in its direction is tried soon.
   */
  private void change(double ratio) {
    at += trying;
    tried = -trying;
    up.clear();
    down.clear();
    cost.scale(ratio);
    level = 1;
    suspicious = SUSPICIOUS_TRIALS / 2;
  }
}
