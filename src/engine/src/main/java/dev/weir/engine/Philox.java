package dev.weir.engine;

/**
 * Philox4x32-10, a counter-based random number generator (Salmon et al., "Parallel random numbers:
 * as easy as 1, 2, 3", SC 2011). The number of a position depends on (seed, position) alone, so a
 * stream can be continued anywhere, by anybody, with the same draws.
 */
final class Philox {
  private static final long MULTIPLIER_0 = 0xD2511F53L;
  private static final long MULTIPLIER_1 = 0xCD9E8D57L;
  private static final int WEYL_0 = 0x9E3779B9;
  private static final int WEYL_1 = 0xBB67AE85;
  private static final int ROUNDS = 10;
  private static final long WORD = 0xFFFFFFFFL;

  private Philox() {}

  /**
   * A uniform number in [0, 1) with 53 random bits: block {@code position} of stream {@code seed}.
   */
  static double uniform(long seed, long position) {
    int[] words =
        block((int) position, (int) (position >>> 32), 0, 0, (int) seed, (int) (seed >>> 32));
    long bits = (words[0] & WORD) << 21 | (words[1] & WORD) >>> 11;
    return bits * 0x1.0p-53;
  }

  /** One block: four words from a counter of four words and a key of two. */
  static int[] block(int c0, int c1, int c2, int c3, int k0, int k1) {
    for (int round = 0; round < ROUNDS; round++) {
      long product0 = MULTIPLIER_0 * (c0 & WORD);
      long product1 = MULTIPLIER_1 * (c2 & WORD);
      int next0 = (int) (product1 >>> 32) ^ c1 ^ k0;
      int next2 = (int) (product0 >>> 32) ^ c3 ^ k1;
      c0 = next0;
      c1 = (int) product1;
      c2 = next2;
      c3 = (int) product0;
      k0 += WEYL_0;
      k1 += WEYL_1;
    }
    return new int[] {c0, c1, c2, c3};
  }
}
