package dev.weir.engine;

import java.util.Arrays;

/**
 * Where each three tokens in a row occurred last in a sequence, to guess what follows the last
 * three of it (prompt lookup decoding, Saxena 2023): text that repeats itself or its prompt is
 * guessed well.
 */
final class NgramIndex {
  /** Nothing is known of the last three tokens. */
  static final int NOWHERE = 0;

  private static final int LENGTH = 3;

  // position behind three tokens, by the low bits of their hash, and the high bits: as many as name
  // a place are enough for a position. 0: none. A later one takes the place. [power of 2]
  private int[] places = new int[64];
  // n-grams that end before this are here
  private int indexed = LENGTH;
  // what find said last: where the n-gram at the end of indexed - 1 tokens stood before
  private int found = NOWHERE;

  /**
   * Looks for the last three tokens.
   *
   * @param tokens [at least length]; what was seen of them before is still the same
   * @param length not less than before
   * @return position behind the place where they stood before, or {@link #NOWHERE}
   */
  int find(int[] tokens, int length) {
    if (length <= LENGTH) {
      return NOWHERE;
    }
    if (2 * length > places.length) {
      places = new int[4 * Integer.highestOneBit(length)];
      indexed = LENGTH;
    }
    int mask = places.length - 1;
    // the n-gram that is looked for is taken in at once: its line is in the processor's cache
    for (; indexed <= length; indexed++) {
      int hash = hash(tokens, indexed);
      int before = places[hash & mask];
      found = ((before ^ hash) & ~mask) == 0 ? before & mask : NOWHERE;
      places[hash & mask] = (hash & ~mask) | indexed;
    }
    return found != NOWHERE
            && Arrays.equals(tokens, found - LENGTH, found, tokens, length - LENGTH, length)
        ? found
        : NOWHERE;
  }

  /**
   * What followed, and would follow if it went round.
   *
   * @param place from {@link #find} with the same tokens
   */
  static int[] guess(int[] tokens, int length, int place, int count) {
    int[] guess = new int[count];
    for (int i = 0; i < count; i++) {
      int from = place + i;
      guess[i] = from < length ? tokens[from] : guess[from - length];
    }
    return guess;
  }

  /** Of the three tokens before a position. */
  private static int hash(int[] tokens, int end) {
    int hash =
        tokens[end - 3] * 0x9E3779B1 + tokens[end - 2] * 0x85EBCA6B + tokens[end - 1] * 0xC2B2AE35;
    hash = (hash ^ (hash >>> 15)) * 0x27D4EB2F;
    return hash ^ (hash >>> 16);
  }
}
