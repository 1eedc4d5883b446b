package dev.weir.text.weights;

import dev.weir.text.CheckpointException;
import dev.weir.text.TensorDescription;
import dev.weir.text.TensorType;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * A tensor and the bytes that hold it.
 *
 * @param description the shape that readers see
 * @param stored its blocks in order, [elements / blockElements * blockBytes] bytes
 * @param transposed the bytes hold the matrix [shape[1], shape[0]]: readers see its transpose
 */
public record StoredTensor(
    TensorDescription description, MemorySegment stored, boolean transposed) {

  /**
   * Checks that shape and bytes agree.
   *
   * @throws CheckpointException if they do not
   */
  public StoredTensor {
    List<Long> shape = description.shape();
    if (transposed && shape.size() != 2) {
      throw new CheckpointException(
          "tensor %s has the shape %s; a matrix was expected".formatted(description.name(), shape));
    }
    long expected = storedBytes(description.name(), shape, description.type());
    if (expected != stored.byteSize()) {
      throw new CheckpointException(
          "tensor %s: %s of shape %s takes %d bytes, the file gives it %d"
              .formatted(
                  description.name(), description.type(), shape, expected, stored.byteSize()));
    }
  }

  /** The same tensor under another name. */
  public StoredTensor renamed(String name) {
    return new StoredTensor(
        new TensorDescription(name, description.shape(), description.type()), stored, transposed);
  }

  /**
   * How many bytes a tensor takes.
   *
   * @throws CheckpointException if a dimension is negative, the size overflows, or the elements do
   *     not fill whole blocks
   */
  public static long storedBytes(String name, List<Long> shape, TensorType type) {
    long elements = elements(name, shape);
    if (elements % type.blockElements() != 0) {
      throw new CheckpointException(
          "tensor %s: %d elements do not fill whole %s blocks of %d"
              .formatted(name, elements, type, type.blockElements()));
    }
    try {
      return Math.multiplyExact(elements / type.blockElements(), (long) type.blockBytes());
    } catch (ArithmeticException e) {
      throw tooLarge(name, shape, e);
    }
  }

  /** The product of the dimensions; 1 for a scalar. */
  public static long elements(String name, List<Long> shape) {
    long elements = 1;
    for (long dimension : shape) {
      if (dimension < 0) {
        throw new CheckpointException(
            "tensor %s has a negative dimension: %s".formatted(name, shape));
      }
      try {
        elements = Math.multiplyExact(elements, dimension);
      } catch (ArithmeticException e) {
        throw tooLarge(name, shape, e);
      }
    }
    return elements;
  }

  private static CheckpointException tooLarge(String name, List<Long> shape, Throwable cause) {
    return new CheckpointException(
        "tensor %s: the shape %s is larger than any file".formatted(name, shape), cause);
  }
}
