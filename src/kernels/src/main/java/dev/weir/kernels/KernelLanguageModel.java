package dev.weir.kernels;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.weir.engine.CacheBudget;
import dev.weir.engine.LanguageModel;
import dev.weir.engine.LogitsQuery;
import dev.weir.engine.ModelLimits;
import dev.weir.engine.SequenceSlice;
import dev.weir.engine.StepCheck;
import dev.weir.engine.StepOutput;
import dev.weir.text.Checkpoint;
import dev.weir.text.CheckpointException;
import dev.weir.text.MachineMemory;
import dev.weir.text.ModelConfig;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.DoubleConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A decoder-only transformer on the CPU, a step of it in one native call. A row's logits depend on
 * its own tokens only, bit for bit: not on the batch, the chunks, the threads or the instructions.
 *
 * <p>One thread at a time may use it.
 */
public final class KernelLanguageModel implements LanguageModel {
  /** Changes when the order of a sum or the rounding of a value does: then tokens may differ. */
  private static final int NUMERICS = 1;

  /** Rows that are computed together at most; more take several passes. */
  private static final int MOST_ROWS = 512;

  private static final int GROUP = 32;

  private final NativeKernels kernels;
  private final NativeMemory memory;
  private final MemorySegment model;
  private final MemorySegment pool;
  private final RotaryTable rotary;
  private final StepMemory steps;
  private final ModelLimits limits;
  private final KernelPrecision precision;
  private @Nullable KernelStepOutput output;
  private boolean closed;

  private KernelLanguageModel(
      NativeKernels kernels,
      NativeMemory memory,
      MemorySegment model,
      MemorySegment pool,
      RotaryTable rotary,
      StepMemory steps,
      ModelLimits limits,
      KernelPrecision precision) {
    this.kernels = kernels;
    this.memory = memory;
    this.model = model;
    this.pool = pool;
    this.rotary = rotary;
    this.steps = steps;
    this.limits = limits;
    this.precision = precision;
  }

  /**
   * Why a model cannot run on the kernels of this machine; empty if it can. Plain C counts as none,
   * unless {@code WEIR_KERNELS} asks for it.
   */
  public static String obstacle(ModelConfig config) {
    if (!NativeKernels.missing().isEmpty()) {
      return NativeKernels.missing();
    }
    if (NativeKernels.get().variant() == Variant.PORTABLE
        && !Variant.PORTABLE.label().equals(System.getenv("WEIR_KERNELS"))) {
      return "this processor has neither AVX2 nor AVX-512 VNNI";
    }
    return SupportedModel.obstacle(config);
  }

  /** Loads a model; see {@link #load(Checkpoint, KernelOptions, DoubleConsumer)}. */
  public static KernelLanguageModel load(Checkpoint checkpoint, KernelOptions options) {
    return load(checkpoint, options, fraction -> {});
  }

  /**
   * Loads a model. The checkpoint can be closed afterwards.
   *
   * @param progress told the fraction of the weights that is loaded, up to 1
   * @throws CheckpointException if a tensor is missing, misshapen or not finite, or the model is
   *     not supported
   * @throws IllegalArgumentException if the options ask for what the machine does not have
   * @throws IllegalStateException if the kernels were not compiled
   */
  public static KernelLanguageModel load(
      Checkpoint checkpoint, KernelOptions options, DoubleConsumer progress) {
    NativeKernels kernels = NativeKernels.get();
    return load(checkpoint, options, progress, kernels, kernels.variant());
  }

  static KernelLanguageModel load(
      Checkpoint checkpoint,
      KernelOptions options,
      DoubleConsumer progress,
      NativeKernels kernels,
      Variant variant) {
    ModelConfig config = checkpoint.config();
    String obstacle = SupportedModel.obstacle(config);
    if (!obstacle.isEmpty()) {
      throw new CheckpointException(checkpoint.name() + ": " + obstacle);
    }
    KernelPrecision precision =
        options.precision() == KernelPrecision.AUTO ? KernelPrecision.GROUPS : options.precision();
    KernelWeights weights = new KernelWeights(config);
    long weightBytes = (long) (weights.elements() * KernelWeights.elementBytes(precision));
    CacheBudget budget =
        CacheBudget.of(
            options.slots(),
            options.maxContext(),
            options.kvMemory(),
            config.contextLength(),
            2L * config.layers() * config.kvHeads() * config.headSize() * cacheBytes(precision),
            MachineMemory.availableBytes() - weightBytes);
    ModelLimits limits =
        new ModelLimits(
            config.vocabulary(),
            budget.context(),
            options.slots(),
            budget.blocks(),
            config.slidingWindow(),
            true,
            String.join(
                "-",
                checkpoint.digest().get().substring(0, 16),
                precision.name().toLowerCase(Locale.ROOT),
                "kernels" + NUMERICS));
    NativeMemory memory = new NativeMemory(kernels);
    try {
      MemorySegment model = memory.allocate(Structs.MODEL.byteSize());
      try (MatrixPacker packer =
          new MatrixPacker(
              kernels, memory, checkpoint.tensors(), precision, weights.elements(), progress)) {
        weights.load(packer, memory, model);
      }
      RotaryTable rotary =
          new RotaryTable(Objects.requireNonNull(config.rope()), limits.contextLength(), memory);
      describe(model, config, limits, precision, variant, memory, rotary);
      int logitsStride = MatrixPacker.padded(config.vocabulary(), 16);
      StepMemory steps = new StepMemory(kernels, memory, limits, MOST_ROWS, logitsStride);
      MemorySegment pool = kernels.openPool(options.threads());
      model.set(ADDRESS, Structs.offset(Structs.MODEL, "pool"), pool);
      return new KernelLanguageModel(
          kernels, memory, model, pool, rotary, steps, limits, precision);
    } catch (RuntimeException e) {
      memory.close();
      throw e;
    }
  }

  private static int cacheBytes(KernelPrecision precision) {
    return precision == KernelPrecision.F32 ? Float.BYTES : Short.BYTES;
  }

  /** Fills the sizes and buffers of a {@code weir_model} that has its weights. */
  private static void describe(
      MemorySegment model,
      ModelConfig config,
      ModelLimits limits,
      KernelPrecision precision,
      Variant variant,
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
            * BLOCK_TOKENS
            * config.kvHeads()
            * config.headSize()
            * cacheBytes(precision);
    set(model, "cosine", rotary.cosine());
    set(model, "sine", rotary.sine());
    set(model, "cache", memory.allocate(cache));
    set(model, "x", memory.allocate((long) MOST_ROWS * width * Float.BYTES));
    set(model, "y", memory.allocate((long) MOST_ROWS * qkv * Float.BYTES));
    set(model, "mixed", memory.allocate((long) MOST_ROWS * attended * Float.BYTES));
    activations(model, "narrow", Math.max(width, attended), exact, memory);
    activations(model, "wide", inner, exact, memory);
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
      MemorySegment model, String field, int columns, boolean exact, NativeMemory memory) {
    MemorySegment to =
        model.asSlice(Structs.offset(Structs.MODEL, field), Structs.ACTIVATIONS.byteSize());
    long elements = (long) MOST_ROWS * columns;
    if (exact) {
      // Tiles of eight rows are computed whole: rows beyond the last are read, and ignored.
      MemorySegment values = memory.allocate((elements + 8L * columns) * Float.BYTES);
      to.set(ADDRESS, Structs.offset(Structs.ACTIVATIONS, "exact"), values);
      return;
    }
    to.set(ADDRESS, Structs.offset(Structs.ACTIVATIONS, "values"), memory.allocate(elements));
    long scales = elements / GROUP * Float.BYTES;
    for (String name : List.of("scale", "shift", "zero")) {
      to.set(ADDRESS, Structs.offset(Structs.ACTIVATIONS, name), memory.allocate(scales));
    }
  }

  private static void set(MemorySegment model, String field, MemorySegment value) {
    model.set(ADDRESS, Structs.offset(Structs.MODEL, field), value);
  }

  private static void set(MemorySegment model, String field, int value) {
    model.set(JAVA_INT, Structs.offset(Structs.MODEL, field), value);
  }

  @Override
  public ModelLimits limits() {
    return limits;
  }

  /** What {@link KernelPrecision#AUTO} became, or what was asked for. */
  public KernelPrecision precision() {
    return precision;
  }

  /** Times the phases of every step from now on, for benchmarks. */
  public StepProfile profile() {
    return steps.profile();
  }

  @Override
  public StepOutput step(List<SequenceSlice> slices) {
    if (closed) {
      throw new IllegalStateException("the model is closed");
    }
    StepCheck.check(slices, limits);
    if (output != null) {
      output.close();
    }
    List<LogitsQuery> queries = slices.stream().flatMap(slice -> slice.queries().stream()).toList();
    steps.begin(queries);
    for (SequenceSlice slice : slices) {
      int n = slice.tokens().length;
      rotary.cover(slice.start() + n);
      for (int from = 0; from < n; ) {
        int to = Math.min(n, from + MOST_ROWS - steps.rows());
        steps.add(slice, from, to);
        from = to;
        if (steps.rows() == MOST_ROWS) {
          kernels.run(model, steps.pass());
        }
      }
    }
    if (steps.rows() > 0) {
      kernels.run(model, steps.pass());
    }
    output = new KernelStepOutput(kernels, model, steps, queries, limits.vocabulary());
    return output;
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    if (output != null) {
      output.close();
    }
    kernels.closePool(pool);
    steps.close();
    memory.close();
  }
}
