package dev.weir.simulation;

import java.util.SplittableRandom;

/** All that is left to chance, as a function of the seed. */
final class Dice {
  private final SplittableRandom random;

  Dice(long seed) {
    random = new SplittableRandom(seed);
  }

  /** From 0 to {@code bound} - 1. */
  int below(int bound) {
    return random.nextInt(bound);
  }

  /** From {@code least} to {@code most}. */
  int between(int least, int most) {
    return random.nextInt(least, most + 1);
  }

  boolean oneIn(int n) {
    return random.nextInt(n) == 0;
  }

  long any() {
    return random.nextLong();
  }

  /** Mostly short, at times long: milliseconds. */
  int delay(int shortMs, int longMs) {
    return 1 + below(oneIn(20) ? longMs : shortMs);
  }
}
