package dev.weir.torch.train;

import java.util.List;

/** Numbers in the JVM with a shape, row-major; what a training program takes and gives. */
public sealed interface HostTensor {
  /** Sizes of the dimensions, outermost first; empty for a scalar. */
  List<Integer> shape();

  /** Class indices and the like; a program sees them as int64. */
  @SuppressWarnings("ArrayRecordComponent") // passed on, never compared
  record Integers(List<Integer> shape, int[] values) implements HostTensor {
    public Integers {
      check(shape, values.length);
    }
  }

  /** Real numbers, float32. */
  @SuppressWarnings("ArrayRecordComponent") // passed on, never compared
  record Floats(List<Integer> shape, float[] values) implements HostTensor {
    public Floats {
      check(shape, values.length);
    }

    /** A number without dimensions. */
    public static Floats scalar(double value) {
      return new Floats(List.of(), new float[] {(float) value});
    }
  }

  /** Elements of a tensor of this shape. */
  static int elements(List<Integer> shape) {
    return shape.stream().reduce(1, Math::multiplyExact);
  }

  private static void check(List<Integer> shape, int values) {
    if (elements(shape) != values) {
      throw new IllegalArgumentException("%d values of shape %s".formatted(values, shape));
    }
  }
}
