package dev.weir.train.masked;

import java.util.SplittableRandom;

/** Sets of pixels of a picture that are unknown, for the bound that {@link MaskedDiffusion} is. */
final class UnknownPixels {
  private UnknownPixels() {}

  /**
   * How many are unknown in one of some sets, whose sizes are spread evenly from 1 to all.
   *
   * @param set its number, from 0
   * @param offset 0 to 1; where it is uniform, so is the size of a random set
   */
  static int size(int set, int sets, double offset, int pixels) {
    return 1 + (int) ((set + offset) / sets * pixels);
  }

  /** A set of a size, each as likely (Knuth, The Art of Computer Programming 2, 3.4.2 S). */
  static boolean[] draw(SplittableRandom random, int size, int pixels) {
    boolean[] unknown = new boolean[pixels];
    int left = size;
    for (int i = 0; i < pixels; i++) {
      if (random.nextInt(pixels - i) < left) {
        unknown[i] = true;
        left--;
      }
    }
    return unknown;
  }
}
