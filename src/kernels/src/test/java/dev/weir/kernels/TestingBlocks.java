package dev.weir.kernels;

import dev.weir.text.Checkpoint;
import dev.weir.text.ModelConfig;
import dev.weir.text.TensorDescription;
import dev.weir.text.TensorSource;
import dev.weir.text.TensorType;
import dev.weir.text.config.ExpectedTensors;
import dev.weir.text.weights.MappedTensors;
import dev.weir.text.weights.Mapping;
import dev.weir.text.weights.StoredTensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;

/**
 * A checkpoint in memory whose matrices are stored as random blocks of any type. What a tensor
 * holds depends on the seed, its name and its type alone.
 */
final class TestingBlocks {
  private final ModelConfig config;
  private final Map<String, StoredTensor> stored = new HashMap<>();

  /**
   * @param types of the matrices, by name; vectors are in float32
   */
  TestingBlocks(ModelConfig config, Function<String, TensorType> types, long seed) {
    this.config = config;
    ExpectedTensors.of(config)
        .forEach((name, shape) -> {
          TensorType type = shape.size() == 1 ? TensorType.F32 : types.apply(name);
          long bytes = StoredTensor.storedBytes(name, shape, type);
          MemorySegment segment = MemorySegment.ofArray(new byte[Math.toIntExact(bytes)]);
          Random random = new Random(seed * 31 + name.hashCode());
          for (long at = 0; at < bytes; at += type.blockBytes()) {
            double center = name.endsWith("norm.weight") ? 1 : 0;
            fill(segment.asSlice(at, type.blockBytes()), type, center, random);
          }
          put(name, shape, type, segment);
        });
  }

  private void put(String name, List<Long> shape, TensorType type, MemorySegment segment) {
    TensorDescription description = new TensorDescription(name, shape, type);
    stored.put(name, new StoredTensor(description, segment, false));
  }

  /**
   * A block of weights of about 0.03: scores stay below 1, where softmax adds nothing to an error.
   */
  private static void fill(MemorySegment block, TensorType type, double center, Random random) {
    byte[] bytes = new byte[type.blockBytes()];
    random.nextBytes(bytes);
    block.copyFrom(MemorySegment.ofArray(bytes));
    double size = (0.5 + random.nextDouble()) * (random.nextBoolean() ? 1 : -1);
    switch (type) {
      case F32 ->
          block.set(
              ValueLayout.JAVA_FLOAT_UNALIGNED, 0, (float) (center + 0.03 * random.nextGaussian()));
      case F16 -> half(block, 0, 0.03 * random.nextGaussian());
      case BF16 ->
          block.set(
              ValueLayout.JAVA_SHORT_UNALIGNED,
              0,
              (short) (Float.floatToRawIntBits((float) (0.03 * random.nextGaussian())) >> 16));
      case Q4_0 -> half(block, 0, 0.006 * size);
      case Q4_1 -> halves(block, 0.006 * size, -0.045 * size);
      case Q5_0 -> half(block, 0, 0.003 * size);
      case Q5_1 -> halves(block, 0.003 * size, -0.045 * size);
      case Q8_0 -> half(block, 0, 0.0004 * size);
      case Q4_K -> halves(block, 0.0002 * size, 0.0015 * size);
      case Q5_K -> halves(block, 0.0001 * size, 0.0015 * size);
      case Q6_K -> half(block, 208, 0.000025 * size);
    }
  }

  private static void halves(MemorySegment block, double scale, double minimum) {
    half(block, 0, scale);
    half(block, 2, minimum);
  }

  private static void half(MemorySegment block, long at, double value) {
    block.set(ValueLayout.JAVA_SHORT_UNALIGNED, at, Float.floatToFloat16((float) value));
  }

  /** Makes the scale of a tensor's last block infinite. */
  TestingBlocks breakScale(String name) {
    StoredTensor tensor = stored(name);
    TensorType type = tensor.description().type();
    long block = tensor.stored().byteSize() - type.blockBytes();
    half(tensor.stored(), block + (type == TensorType.Q6_K ? 208 : 0), Double.POSITIVE_INFINITY);
    return this;
  }

  /** Replaces a tensor's values, which are then in float32. */
  TestingBlocks set(String name, float[] values) {
    List<Long> shape = stored(name).description().shape();
    MemorySegment segment = MemorySegment.ofArray(new byte[values.length * Float.BYTES]);
    MemorySegment.copy(values, 0, segment, ValueLayout.JAVA_FLOAT_UNALIGNED, 0, values.length);
    put(name, shape, TensorType.F32, segment);
    return this;
  }

  /** Makes all scales, and so all values, of a tensor zeros of its type. */
  TestingBlocks clear(String name) {
    stored(name).stored().fill((byte) 0);
    return this;
  }

  /** What the file's blocks mean. */
  float[] values(String name) {
    long elements = StoredTensor.elements(name, stored(name).description().shape());
    float[] values = new float[Math.toIntExact(elements)];
    source().read(name, 0, values);
    return values;
  }

  private StoredTensor stored(String name) {
    StoredTensor tensor = stored.get(name);
    if (tensor == null) {
      throw new IllegalArgumentException("there is no tensor " + name);
    }
    return tensor;
  }

  private TensorSource source() {
    return new MappedTensors(new Mapping(), stored, Map.of());
  }

  Checkpoint checkpoint() {
    return new Checkpoint(
        "testing",
        config,
        source(),
        null,
        null,
        new Checkpoint.SpecialTokens(null, null, null, null),
        Set.of(),
        () -> "0123456789abcdef0123456789abcdef");
  }
}
