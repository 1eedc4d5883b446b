package dev.weir.torch.train;

import java.util.List;
import java.util.SplittableRandom;

/**
 * A tensor that is learned.
 *
 * @param name unique in its program, and its name in checkpoints
 * @param shape sizes of the dimensions, outermost first
 * @param initial values before the first step
 * @param decayed weight decay draws it to zero: matrices, but not norms and biases
 */
public record Parameter(String name, List<Integer> shape, Initial initial, boolean decayed) {

  /** How the values of a parameter begin. */
  public sealed interface Initial {
    /** The same everywhere. */
    record Constant(double value) implements Initial {}

    /** Normal with mean 0. */
    record Normal(double deviation) implements Initial {}
  }

  /** A matrix or table whose elements begin normal with this deviation. */
  public static Parameter normal(String name, double deviation, Integer... shape) {
    return new Parameter(name, List.of(shape), new Initial.Normal(deviation), true);
  }

  /** A vector, such as a bias or the scale of a norm, that begins with one value everywhere. */
  public static Parameter constant(String name, double value, Integer... shape) {
    return new Parameter(name, List.of(shape), new Initial.Constant(value), false);
  }

  int elements() {
    return HostTensor.elements(shape);
  }

  /** The values before the first step; a function of the seed and the name alone. */
  float[] initialValues(long seed) {
    float[] values = new float[elements()];
    SplittableRandom random = new SplittableRandom(seed * 0x9E3779B97F4A7C15L + name.hashCode());
    for (int i = 0; i < values.length; i++) {
      values[i] =
          switch (initial) {
            case Initial.Constant(double value) -> (float) value;
            case Initial.Normal(double deviation) -> (float) (deviation * random.nextGaussian());
          };
    }
    return values;
  }
}
