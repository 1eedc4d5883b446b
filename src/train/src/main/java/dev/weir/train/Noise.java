package dev.weir.train;

import java.util.SplittableRandom;

/** Random numbers by seed and step, so that a run that goes on draws what it would have drawn. */
public final class Noise {
  private Noise() {}

  /**
   * Independent numbers of the standard normal distribution.
   *
   * @param step of the run; each has numbers of its own
   */
  public static float[] normal(long seed, long step, int count) {
    SplittableRandom random = random(seed, step);
    float[] numbers = new float[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = (float) random.nextGaussian();
    }
    return numbers;
  }

  /**
   * A generator of a step's numbers.
   *
   * @param step of the run; each has numbers of its own
   */
  public static SplittableRandom random(long seed, long step) {
    // The generator's own mixing of a stream's number; see SplittableRandom's golden gamma.
    return new SplittableRandom(new SplittableRandom(seed ^ step * 0x9E3779B97F4A7C15L).nextLong());
  }
}
