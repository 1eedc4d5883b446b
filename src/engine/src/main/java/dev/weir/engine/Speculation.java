package dev.weir.engine;

/**
 * How far ahead a sequence is guessed. A guess is a draft with one candidate for each position; the
 * target's token is drawn as ever, with the number of its position, and as long as it equals the
 * draft the next row is good as well. So what comes out is what came out without.
 *
 * <p>A token of a draft is worth the time that a token costs now, times the probability that it and
 * those before it are right; it costs what a row more in the step costs. Both are measured: drafts
 * are as long as pays, and where none pays they are tried again rarely.
 */
final class Speculation {
  /** Most tokens of a draft. */
  static final int MOST = 16;

  /** A token must be worth so much more than it costs: both are estimates. */
  private static final double MARGIN = 1.2;

  /** Share of a new observation in the estimate. */
  private static final double LEARNING = 0.1;

  /** One in as many guesses is tried although it does not seem to pay. */
  private static final int PROBE = 64;

  /** A draft that is none. */
  static final int[] NONE = {};

  private final NgramIndex index = new NgramIndex();
  // that a token of a draft is right if those before it are
  private double acceptance = 0.7;
  private int skipped;

  /**
   * A draft of what follows.
   *
   * @param most tokens that there is room for
   * @param worth time that a token of output costs now, nanoseconds
   * @param cost of one more row in a step, nanoseconds; above 0
   */
  int[] draft(int[] tokens, int length, int most, double worth, double cost) {
    int place = most <= 0 ? NgramIndex.NOWHERE : index.find(tokens, length);
    if (place == NgramIndex.NOWHERE) {
      return NONE;
    }
    int paying = 0;
    double right = acceptance;
    while (paying < Math.min(most, MOST) && right * worth > MARGIN * cost) {
      paying++;
      right *= acceptance;
    }
    if (paying == 0) {
      if (++skipped < PROBE) {
        return NONE;
      }
      skipped = 0;
      paying = 1;
    }
    return NgramIndex.guess(tokens, length, place, paying);
  }

  /** A token of a draft was right, or it was the first that was not. */
  void observe(boolean right) {
    acceptance += LEARNING * ((right ? 1 : 0) - acceptance);
  }
}
