package dev.weir.bench.text;

import dev.weir.text.Checkpoint;
import dev.weir.text.ModelConfig;
import dev.weir.text.TensorDescription;
import dev.weir.text.TensorType;
import dev.weir.text.config.ExpectedTensors;
import dev.weir.text.weights.MappedTensors;
import dev.weir.text.weights.Mapping;
import dev.weir.text.weights.StoredTensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * A checkpoint with random weights in memory, stored as a GGUF file has them: linear layers in
 * Q4_1, embedding and output layer in Q8_0, norms of ones. Whoever loads it does what it does with
 * a file.
 *
 * <p>Only the blocks of the largest tensor of each type exist; the others are pieces of them from
 * different places, so that no two layers are equal.
 */
final class RandomCheckpoint {
  private static final ValueLayout.OfShort HALF =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** Weights are -7.5 to 7.5 of this in Q4_1; their deviation is then 0.018, as in a real model. */
  private static final float NIBBLE = 0x1p-8f;

  /** In Q8_0 they are -128 to 127 of this, with the same deviation. */
  private static final float BYTE = 0x1p-12f;

  private static final long SEED = 1;

  /** Places in which a tensor may begin. */
  private static final int STARTS = 4_096;

  private final Map<TensorType, MemorySegment> blocks = new LinkedHashMap<>();
  private final Map<String, StoredTensor> tensors = new LinkedHashMap<>();

  private RandomCheckpoint(ModelConfig config) {
    Map<String, List<Long>> shapes = ExpectedTensors.of(config);
    for (TensorType type : List.of(TensorType.F32, TensorType.Q4_1, TensorType.Q8_0)) {
      long largest =
          shapes.entrySet().stream()
              .filter(entry -> type(entry.getKey(), entry.getValue()) == type)
              .mapToLong(entry -> StoredTensor.storedBytes(entry.getKey(), entry.getValue(), type))
              .max()
              .orElse(0);
      blocks.put(type, filled(type, largest / type.blockBytes() + STARTS));
    }
    SplittableRandom starts = new SplittableRandom(SEED);
    shapes.forEach((name, shape) -> {
      TensorType type = type(name, shape);
      long from = (long) starts.nextInt(STARTS) * type.blockBytes();
      long bytes = StoredTensor.storedBytes(name, shape, type);
      MemorySegment all = blocks.getOrDefault(type, MemorySegment.NULL);
      tensors.put(
          name,
          new StoredTensor(
              new TensorDescription(name, shape, type), all.asSlice(from, bytes), false));
    });
  }

  /** Bytes of all tensors as they are stored, whether or not they exist yet. */
  static long bytes(ModelConfig config) {
    return ExpectedTensors.of(config).entrySet().stream()
        .mapToLong(entry ->
            StoredTensor.storedBytes(
                entry.getKey(), entry.getValue(), type(entry.getKey(), entry.getValue())))
        .sum();
  }

  /** The memory goes when nobody refers to the checkpoint any more. */
  static Checkpoint of(String name, ModelConfig config) {
    return new Checkpoint(
        name,
        config,
        new MappedTensors(new Mapping(), new RandomCheckpoint(config).tensors, Map.of()),
        new HashedWords(config.vocabulary()),
        null,
        new Checkpoint.SpecialTokens(null, null, null, null),
        Set.of(),
        () -> HexFormat.of().toHexDigits(SEED).repeat(4)); // of nothing: there is no file
  }

  private static TensorType type(String name, List<Long> shape) {
    if (shape.size() < 2) {
      return TensorType.F32;
    }
    boolean table = name.endsWith("embed_tokens.weight") || name.endsWith("lm_head.weight");
    return table ? TensorType.Q8_0 : TensorType.Q4_1;
  }

  private static MemorySegment filled(TensorType type, long count) {
    int size = type.blockBytes();
    MemorySegment filled = Arena.ofAuto().allocate(count * size, Long.BYTES);
    if (type == TensorType.F32) {
      for (long i = 0; i < count; i++) {
        filled.setAtIndex(ValueLayout.JAVA_FLOAT, i, 1);
      }
      return filled;
    }
    SplittableRandom random = new SplittableRandom(SEED);
    for (long at = 0; at + Long.BYTES <= filled.byteSize(); at += Long.BYTES) {
      filled.set(ValueLayout.JAVA_LONG, at, random.nextLong());
    }
    boolean nibbles = type == TensorType.Q4_1;
    for (long at = 0; at < filled.byteSize(); at += size) {
      filled.set(HALF, at, Float.floatToFloat16(nibbles ? NIBBLE : BYTE));
      if (nibbles) {
        filled.set(HALF, at + Short.BYTES, Float.floatToFloat16(-7.5f * NIBBLE));
      }
    }
    return filled;
  }
}
