package dev.weir.train.portrait;

import dev.weir.image.portrait.Portrait;
import dev.weir.image.portrait.PortraitDesign;
import dev.weir.image.portrait.PortraitPainter;
import java.util.Arrays;
import java.util.Optional;

/**
 * Which portraits are learned from. Two things are kept back, fixed for good.
 *
 * <p>Pictures: a hash of its pixels says what a picture is for. So no picture that is learned from
 * equals one of another use, whatever portraits look the same (a hat hides hair, glasses hide
 * eyes).
 *
 * <p>Pairs: some hair styles and some tops are never learned from in some of their colours, while
 * each style and each colour is, with others. A portrait with such a pair is a test where the pair
 * is to be seen, which means that each pair that is learned from gives another picture in its
 * place, and where its picture is kept back by its pixels too. All other portraits with such a pair
 * are of no use.
 *
 * <p>Not safe for use by several threads. Why: {@code src/docs/decisions/010}.
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
    /**
     * Results: pictures that show a hair style in a colour, or a top in a colour, that was never
     * learned from together.
     */
    TEST_PAIRS
  }

  private static final long SEED = 20261126;
  private static final int PAIRS_KEPT_BACK = 10; // one in so many of each kind of pair
  private static final int PICTURES_KEPT_BACK = 50; // one in so many for each of two uses

  private final PortraitDesign design;
  private final PortraitPainter painter;
  private final int[][] pairs;

  public PortraitSplit(PortraitDesign design) {
    this.design = design;
    this.painter = new PortraitPainter(design);
    this.pairs =
        new int[][] {
          {design.attribute("hair"), design.attribute("hairColor")},
          {design.attribute("clothing"), design.attribute("clothingColor")},
        };
  }

  /**
   * The picture of a portrait that is of a use.
   *
   * @return places in the palette, row by row: [256]; nothing if it is of another use or of none
   */
  public Optional<byte[]> picture(Portrait portrait, Use use) {
    boolean pairs = use == Use.TEST_PAIRS;
    if (pairs != hasPairKeptBack(portrait)) {
      return Optional.empty(); // before anything is drawn: it is the fifth of all draws
    }
    byte[] picture = painter.draw(portrait);
    if (useByPixels(picture) != (pairs ? Use.TEST_PICTURES : use)) {
      return Optional.empty();
    }
    return pairs && !showsPairKeptBack(portrait, picture) ? Optional.empty() : Optional.of(picture);
  }

  private static Use useByPixels(byte[] picture) {
    // The Java platform fixes this sum over all pixels, so it stays what it is.
    long hash = mixed(SEED ^ Arrays.hashCode(picture));
    return switch ((int) Math.floorMod(hash, (long) PICTURES_KEPT_BACK)) {
      case 0 -> Use.TEST_PICTURES;
      case 1 -> Use.VALIDATION;
      default -> Use.TRAINING;
    };
  }

  private boolean hasPairKeptBack(Portrait portrait) {
    for (int[] pair : pairs) {
      if (isKeptBack(pair[0], portrait.value(pair[0]), portrait.value(pair[1]))) {
        return true;
      }
    }
    return false;
  }

  private boolean showsPairKeptBack(Portrait portrait, byte[] picture) {
    for (int[] pair : pairs) {
      if (isKeptBack(pair[0], portrait.value(pair[0]), portrait.value(pair[1]))
          && isShown(pair[0], pair[1], portrait, picture)) {
        return true;
      }
    }
    return false;
  }

  /** Whether every pair that is learned from gives another picture in the place of this one. */
  private boolean isShown(int part, int colour, Portrait portrait, byte[] picture) {
    int[] values = portrait.values();
    for (int v = 0; v < design.attributes().get(part).values().size(); v++) {
      for (int c = 0; c < design.attributes().get(colour).values().size(); c++) {
        values[part] = v;
        values[colour] = c;
        if (!isKeptBack(part, v, c)
            && Arrays.equals(painter.draw(Portrait.of(design, values)), picture)) {
          return false;
        }
      }
    }
    return true;
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
