package dev.weir.train.portrait;

import dev.weir.image.portrait.Portrait;
import dev.weir.image.portrait.PortraitDesign;

/**
 * Which portraits are learned from. Two things are kept back, fixed for good: pictures, and pairs
 * of values that are never seen together, while each of both is seen with others.
 */
public final class PortraitSplit {
  /** What a portrait may be used for. */
  public enum Use {
    /** Learned from. */
    TRAINING,
    /** Settings (sampling, guidance, learning rates) are chosen by these. */
    VALIDATION,
    /** Results: pictures that were not learned from. */
    TEST_PICTURES,
    /** Results: a hair style in a colour, or a top in a colour, that was never seen together. */
    TEST_PAIRS
  }

  private static final long SEED = 20261126;
  private static final int PAIRS_KEPT_BACK = 10; // one in so many of each kind of pair
  private static final int PICTURES_KEPT_BACK = 50; // one in so many for each of two uses

  private final int[][] pairs;

  public PortraitSplit(PortraitDesign design) {
    pairs =
        new int[][] {
          {design.attribute("hair"), design.attribute("hairColor")},
          {design.attribute("clothing"), design.attribute("clothingColor")},
        };
  }

  public Use use(Portrait portrait) {
    for (int[] pair : pairs) {
      if (isKeptBack(pair[0], portrait.value(pair[0]), portrait.value(pair[1]))) {
        return Use.TEST_PAIRS;
      }
    }
    long hash = SEED;
    for (int value : portrait.values()) {
      hash = mixed(hash ^ value);
    }
    return switch ((int) Math.floorMod(hash, (long) PICTURES_KEPT_BACK)) {
      case 0 -> Use.TEST_PICTURES;
      case 1 -> Use.VALIDATION;
      default -> Use.TRAINING;
    };
  }

  /** Whether a value of an attribute is never learned from beside this value of its colour. */
  private static boolean isKeptBack(int attribute, int value, int colour) {
    // A Latin square: each value is kept back with about as many colours, each colour as often.
    long turn = mixed(SEED + 1000L * attribute + value / PAIRS_KEPT_BACK);
    return Math.floorMod(3L * value + 7L * colour + turn, (long) PAIRS_KEPT_BACK) == 0;
  }

  /** The finaliser of splitmix64 (Steele 2014). */
  static long mixed(long seed) {
    long z = seed + 0x9E3779B97F4A7C15L;
    long y = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
    long x = (y ^ y >>> 27) * 0x94D049BB133111EBL;
    return x ^ x >>> 31;
  }
}
