package dev.weir.engine;

import java.util.Arrays;

/**
 * Where each three tokens in a row occurred last in a sequence, to guess what follows the last
 * three of it (prompt lookup decoding, Saxena 2023): text that repeats itself or its prompt is
 * guessed well.
 */
final class NgramIndex {
  private static final int LENGTH = 3;

  // position behind the three tokens, by their hash; 0: none. A later one takes the place
  private int[] places = new int[64];
  // n-grams that end before this are here
  private int indexed = LENGTH;

  /**
   * Guesses what follows.
   *
   * @param tokens [at least length]
   * @param most tokens wanted
   * @return up to {@code most} tokens; none if the last three are new
   */
  int[] guess(int[] tokens, int length, int most) {
    if (length <= LENGTH || most <= 0) {
      return new int[0];
    }
    index(tokens, length);
    int place = places[slot(tokens, length)];
    if (place == 0
        || !Arrays.equals(tokens, place - LENGTH, place, tokens, length - LENGTH, length)) {
      return new int[0];
    }
    int[] guess = new int[most];
    for (int i = 0; i < most; i++) {
      int from = place + i;
      guess[i] = from < length ? tokens[from] : guess[from - length]; // it goes round
    }
    return guess;
  }

  /** Takes in the n-grams that have a token behind them. */
  private void index(int[] tokens, int length) {
    if (2 * length > places.length) {
      places = new int[4 * Integer.highestOneBit(length)];
      indexed = LENGTH;
    }
    for (; indexed < length; indexed++) {
      places[slot(tokens, indexed)] = indexed;
    }
  }

  /** Of the three tokens before a position. */
  private int slot(int[] tokens, int end) {
    int hash = 0;
    for (int i = end - LENGTH; i < end; i++) {
      hash = (hash + tokens[i]) * 0x9E3779B1;
    }
    return (hash ^ (hash >>> 15)) & (places.length - 1);
  }
}
