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

  // Rows of random numbers of a seed.
  private static final int CHOOSING = 0;
  private static final int FORGETTING = 1;

  private final int[] condition;
  private final float[] chances;
  private final int[] order;
  private final double temperature;
  private final byte[] places;
  private final boolean[] unknown;
  private final byte[] estimate;
  private final int evaluations;
  private final int begun;
  private int left;
  private int evaluated;

  /**
   * A picture of which some pixels are known.
   *
   * @param condition attribute values: [attributes]
   * @param seed of its choices and their order
   * @param temperature of its choices; 0: the most probable ones
   * @param places colours of the pixels that are known: [pixels]
   * @param unknown which are not: [pixels]
   * @param evaluations most evaluations of the network, 1 or more
   */
  public MaskedPicture(
      int[] condition,
      long seed,
      double temperature,
      byte[] places,
      boolean[] unknown,
      int evaluations) {
    this.condition = condition.clone();
    SplittableRandom random = Noise.random(seed, CHOOSING);
    this.chances = chances(random, places.length);
    this.order = Unmasking.order(random, places.length);
    this.temperature = temperature;
    this.places = places.clone();
    this.unknown = unknown.clone();
    this.estimate = places.clone();
    this.evaluations = evaluations;
    for (boolean pixel : unknown) {
      left += pixel ? 1 : 0;
    }
    begun = left;
    if (evaluations < 1) {
      throw new IllegalArgumentException(evaluations + " evaluations; there must be one");
    }
  }

  /** A picture of which nothing is known. */
  public static MaskedPicture unknown(
      int[] condition, long seed, double temperature, int pixels, int evaluations) {
    boolean[] unknown = new boolean[pixels];
    Arrays.fill(unknown, true);
    return new MaskedPicture(condition, seed, temperature, new byte[pixels], unknown, evaluations);
  }

  /**
   * A picture of which some pixels become unknown, as in the forward process up to a time (for
   * pictures of numbers: Meng et al. 2022, "SDEdit").
   *
   * @param share of the pixels that become unknown, 0 to 1
   */
  public static MaskedPicture forgetting(
      int[] condition,
      long seed,
      double temperature,
      byte[] places,
      double share,
      int evaluations) {
    boolean[] unknown = new boolean[places.length];
    int[] order = Unmasking.order(Noise.random(seed, FORGETTING), places.length);
    for (int i = 0; i < Math.round(share * places.length); i++) {
      unknown[order[i]] = true;
    }
    return new MaskedPicture(condition, seed, temperature, places, unknown, evaluations);
  }

  private static float[] chances(SplittableRandom random, int pixels) {
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

  /**
   * What the picture may become: pixels that are known, and for the others what the last evaluation
   * would have chosen, each alone: [pixels].
   */
  public byte[] estimate() {
    return estimate.clone();
  }

  /** Pixels that were unknown at the beginning. */
  public int begun() {
    return begun;
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
    for (int i = 0; i < estimate.length; i++) {
      estimate[i] = unknown[i] ? (byte) (int) chosen[at + i] : estimate[i];
    }
    for (int pixel : Unmasking.next(order, unknown, entropies, at, evaluations - evaluated)) {
      places[pixel] = (byte) (int) chosen[at + pixel];
      unknown[pixel] = false;
      left--;
    }
  }
}
