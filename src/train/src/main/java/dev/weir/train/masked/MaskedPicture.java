package dev.weir.train.masked;

import dev.weir.train.Noise;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * A picture on its way from unknown pixels to known ones. What becomes of it depends on what it is
 * made with alone. For use by one thread.
 */
public final class MaskedPicture {
  /** Most evaluations of the network unless others are asked for. */
  public static final int EVALUATIONS = 64;

  private final int[] condition;
  private final float[] chances;
  private final double temperature;
  private final byte[] places;
  private final boolean[] unknown;
  private final int evaluations;
  private int left;
  private int evaluated;

  /**
   * A picture of which some pixels are known.
   *
   * @param condition attribute values: [attributes]
   * @param seed of its choices
   * @param temperature of its choices; 0: the most probable ones
   * @param places colours of the pixels that are known: [pixels]
   * @param unknown which are not, at least one: [pixels]
   * @param evaluations most evaluations of the network
   */
  public MaskedPicture(
      int[] condition,
      long seed,
      double temperature,
      byte[] places,
      boolean[] unknown,
      int evaluations) {
    this.condition = condition.clone();
    this.chances = chances(seed, places.length);
    this.temperature = temperature;
    this.places = places.clone();
    this.unknown = unknown.clone();
    this.evaluations = evaluations;
    for (boolean pixel : unknown) {
      left += pixel ? 1 : 0;
    }
    if (left == 0 || evaluations < 1) {
      throw new IllegalArgumentException(
          "%d unknown pixels in %d evaluations".formatted(left, evaluations));
    }
  }

  /** A picture of which nothing is known. */
  public static MaskedPicture unknown(
      int[] condition, long seed, double temperature, int pixels, int evaluations) {
    boolean[] unknown = new boolean[pixels];
    Arrays.fill(unknown, true);
    return new MaskedPicture(condition, seed, temperature, new byte[pixels], unknown, evaluations);
  }

  private static float[] chances(long seed, int pixels) {
    SplittableRandom random = Noise.random(seed, 0);
    float[] chances = new float[pixels];
    for (int i = 0; i < pixels; i++) {
      chances[i] = (float) random.nextDouble();
    }
    return chances;
  }

  int[] condition() {
    return condition;
  }

  double temperature() {
    return temperature;
  }

  /** Places in the palette; those of unknown pixels mean nothing: [pixels]. */
  public byte[] places() {
    return places.clone();
  }

  /** Which pixels are unknown: [pixels]. */
  public boolean[] unknown() {
    return unknown.clone();
  }

  /** Pixels that are unknown. */
  public int left() {
    return left;
  }

  /** Evaluations of the network so far. */
  public int evaluated() {
    return evaluated;
  }

  /** Most evaluations; it may be whole before. */
  public int evaluations() {
    return evaluations;
  }

  /** Whether all pixels are known. */
  public boolean whole() {
    return left == 0;
  }

  /**
   * Numbers from 0 to 1 that choices are made by, one for each pixel: each is used once, when its
   * pixel becomes known.
   */
  float[] chances() {
    return chances;
  }

  /**
   * Makes pixels known.
   *
   * @param chosen a colour for each pixel: [pixels], from {@code at} on
   * @param entropies how uncertain each is, in nats: [pixels], from {@code at} on
   */
  void reveal(float[] chosen, float[] entropies, int at) {
    evaluated++;
    for (int pixel : Unmasking.next(unknown, entropies, at, evaluations - evaluated)) {
      places[pixel] = (byte) (int) chosen[at + pixel];
      unknown[pixel] = false;
      left--;
    }
  }
}
