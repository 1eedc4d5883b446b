package dev.weir.kernels;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.weir.engine.LanguageModel;
import dev.weir.engine.ModelLimits;
import dev.weir.text.ModelConfig;
import dev.weir.text.lora.LoraAdapter;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Objects;

/** Sizes and buffers of a {@code weir_model}. */
final class ModelStruct {
  private static final int GROUP = 32;

  /** Linear layers that one matrix holds at most: WEIR_MATRIX_PARTS. */
  private static final int MATRIX_PARTS = 3;

  /** Rows of parts of contexts: WEIR_PART_ROWS. */
  private static final int PART_ROWS = 2048;

  /** Floats of such a part beside its head: weir_part_floats. */
  private static final int PART_EXTRA = 32;

  private ModelStruct() {}

  /** Bytes of an element of the cache. */
  static int cacheBytes(KernelPrecision precision) {
    return precision == KernelPrecision.F32 ? Float.BYTES : Short.BYTES;
  }

  /**
   * Fills a {@code weir_model} that has its weights.
   *
   * @param mostRows of a pass
   */
  static void describe(
      MemorySegment model,
      ModelConfig config,
      ModelLimits limits,
      KernelPrecision precision,
      Variant variant,
      int mostRows,
      NativeMemory memory,
      RotaryTable rotary) {
    boolean exact = precision == KernelPrecision.F32 || precision == KernelPrecision.BF16;
    int attended = MatrixPacker.padded(config.heads() * config.headSize(), GROUP);
    int qkv = (config.heads() + 2 * config.kvHeads()) * config.headSize();
    int width = KernelWeights.width(config);
    int inner = MatrixPacker.padded(config.intermediate(), GROUP);
    long cache =
        2L
            * config.layers()
            * limits.cacheBlocks()
            * LanguageModel.BLOCK_TOKENS
            * config.kvHeads()
            * config.headSize()
            * cacheBytes(precision);
    set(model, "cosine", rotary.cosine());
    set(model, "sine", rotary.sine());
    set(model, "cache", memory.allocate(cache));
    set(model, "x", memory.allocate((long) mostRows * width * Float.BYTES));
    set(model, "y", memory.allocate((long) mostRows * qkv * Float.BYTES));
    set(model, "mixed", memory.allocate((long) mostRows * attended * Float.BYTES));
    long parts = (long) PART_ROWS * (config.headSize() + PART_EXTRA);
    set(model, "parts", memory.allocate(parts * Float.BYTES));
    boolean adapted = limits.adapters() > 0;
    activations(model, "narrow", mostRows, Math.max(width, attended), exact, adapted, memory);
    activations(model, "wide", mostRows, inner, exact, adapted, memory);
    if (adapted) {
      long reduced = (long) mostRows * MATRIX_PARTS * LoraAdapter.MAX_RANK;
      set(model, "reduced", memory.allocate(reduced * Float.BYTES));
    }
    model.set(JAVA_LONG, Structs.offset(Structs.MODEL, "cache_blocks"), limits.cacheBlocks());
    set(model, "layers", config.layers());
    set(model, "hidden", config.hidden());
    set(model, "intermediate", config.intermediate());
    set(model, "heads", config.heads());
    set(model, "kv_heads", config.kvHeads());
    set(model, "head_size", config.headSize());
    set(model, "pairs", Objects.requireNonNull(config.rope()).inverseFrequencies().size());
    set(model, "vocabulary", config.vocabulary());
    set(model, "cache_is_f32", precision == KernelPrecision.F32 ? 1 : 0);
    set(model, "exact", exact ? 1 : 0);
    set(model, "variant", variant.ordinal());
    model.set(JAVA_FLOAT, Structs.offset(Structs.MODEL, "epsilon"), (float) config.normEpsilon());
    model.set(
        JAVA_FLOAT,
        Structs.offset(Structs.MODEL, "query_scale"),
        (float) (1 / Math.sqrt(config.headSize())));
  }

  private static void activations(
      MemorySegment model,
      String field,
      int mostRows,
      int columns,
      boolean exact,
      boolean adapted,
      NativeMemory memory) {
    MemorySegment to =
        model.asSlice(Structs.offset(Structs.MODEL, field), Structs.ACTIVATIONS.byteSize());
    long elements = (long) mostRows * columns;
    if (exact || adapted) {
      MemorySegment values = memory.allocate(elements * Float.BYTES);
      to.set(ADDRESS, Structs.offset(Structs.ACTIVATIONS, "exact"), values);
    }
    if (exact) {
      return;
    }
    to.set(ADDRESS, Structs.offset(Structs.ACTIVATIONS, "values"), memory.allocate(elements));
    long scales = elements / GROUP * Float.BYTES;
    for (String name : List.of("scale", "shift", "zero")) {
      to.set(ADDRESS, Structs.offset(Structs.ACTIVATIONS, name), memory.allocate(scales));
    }
    to.set(ADDRESS, Structs.offset(Structs.ACTIVATIONS, "halves"), memory.allocate(2 * scales));
  }

  private static void set(MemorySegment model, String field, MemorySegment value) {
    model.set(ADDRESS, Structs.offset(Structs.MODEL, field), value);
  }

  private static void set(MemorySegment model, String field, int value) {
    model.set(JAVA_INT, Structs.offset(Structs.MODEL, field), value);
  }
}
