package dev.weir.kernels;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

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
import dev.weir.text.lora.LoraAdapter;
import java.lang.foreign.MemorySegment;
import java.util.List;
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
  /** Rows that are computed together at most, whole tiles of 8; more take several passes. */
  private static final int MOST_ROWS = 512;

  private final NativeKernels kernels;
  private final NativeMemory memory;
  private final MemorySegment model;
  private final MemorySegment pool;
  private final StepThreads threads;
  private final RotaryTable rotary;
  private final StepMemory steps;
  private final CachePrefault prefault;
  private final ModelLimits limits;
  private final KernelPrecision precision;
  private @Nullable KernelStepOutput output;
  private boolean closed;

  private KernelLanguageModel(
      NativeKernels kernels,
      NativeMemory memory,
      MemorySegment model,
      MemorySegment pool,
      StepThreads threads,
      RotaryTable rotary,
      StepMemory steps,
      CachePrefault prefault,
      ModelLimits limits,
      KernelPrecision precision) {
    this.kernels = kernels;
    this.memory = memory;
    this.model = model;
    this.pool = pool;
    this.threads = threads;
    this.rotary = rotary;
    this.steps = steps;
    this.prefault = prefault;
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
    boolean plain = NativeKernels.get().variant() == Variant.PORTABLE;
    if (plain && !Variant.PORTABLE.label().equals(System.getenv("WEIR_KERNELS"))) {
      return "this processor has not even AVX2";
    }
    return SupportedModel.obstacle(config);
  }

  /** Loads a model; see {@link #load(Checkpoint, KernelOptions, DoubleConsumer)}. */
  public static KernelLanguageModel load(Checkpoint checkpoint, KernelOptions options) {
    return load(checkpoint, options, List.of());
  }

  /**
   * Loads a model with adapters; see {@link #load(Checkpoint, KernelOptions, DoubleConsumer)}.
   *
   * @param adapters made for this model; a slice names them by their places, from 1. They can be
   *     closed afterwards
   */
  public static KernelLanguageModel load(
      Checkpoint checkpoint, KernelOptions options, List<LoraAdapter> adapters) {
    NativeKernels kernels = NativeKernels.get();
    return load(checkpoint, options, adapters, fraction -> {}, kernels, kernels.variant());
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
    return load(checkpoint, options, List.of(), progress, kernels, kernels.variant());
  }

  static KernelLanguageModel load(
      Checkpoint checkpoint,
      KernelOptions options,
      List<LoraAdapter> adapters,
      DoubleConsumer progress,
      NativeKernels kernels,
      Variant variant) {
    ModelConfig config = checkpoint.config();
    String obstacle = SupportedModel.obstacle(config);
    if (!obstacle.isEmpty()) {
      throw new CheckpointException(checkpoint.name() + ": " + obstacle);
    }
    KernelPrecision precision = options.precision().of(config);
    KernelWeights weights = new KernelWeights(config);
    long weightBytes =
        (long) (weights.elements() * KernelWeights.elementBytes(precision))
            + AdapterPacker.bytes(config, adapters);
    long tokenBytes =
        2L
            * config.layers()
            * config.kvHeads()
            * config.headSize()
            * ModelStruct.cacheBytes(precision);
    CacheBudget budget =
        CacheBudget.of(
            options.slots(),
            options.maxContext(),
            options.kvMemory(),
            config.contextLength(),
            config.slidingWindow(),
            tokenBytes,
            MachineMemory.availableBytes() - weightBytes);
    NumericsId numerics = new NumericsId(checkpoint);
    NativeMemory memory = new NativeMemory(kernels);
    try {
      MemorySegment model = memory.allocate(Structs.MODEL.byteSize());
      try (MatrixPacker packer =
          new MatrixPacker(
              kernels,
              memory,
              checkpoint.tensors(),
              precision,
              options.mostThreads(),
              weights.elements(),
              progress)) {
        weights.load(packer, memory, model);
      }
      ModelConfig.Grid grid = config.grid();
      ModelLimits limits =
          new ModelLimits(
                  config.vocabulary(),
                  budget.context(),
                  options.slots(),
                  budget.blocks(),
                  config.slidingWindow(),
                  true,
                  numerics.of(precision),
                  adapters.size())
              .reading(config.inputs(), grid == null ? 0 : grid.lookBack());
      RotaryTable rotary =
          new RotaryTable(Objects.requireNonNull(config.rope()), limits.contextLength(), memory);
      ModelStruct.describe(model, config, limits, precision, variant, MOST_ROWS, memory, rotary);
      List<MemorySegment> packed = new AdapterPacker(config, memory).pack(adapters);
      int logitsStride = MatrixPacker.padded(config.vocabulary(), 16);
      StepMemory steps = new StepMemory(kernels, memory, limits, MOST_ROWS, logitsStride, packed);
      MemorySegment pool = kernels.openPool(options.mostThreads());
      model.set(ADDRESS, Structs.offset(Structs.MODEL, "pool"), pool);
      CachePrefault prefault =
          new CachePrefault(
              kernels,
              model,
              budget.blocks(),
              config.layers(),
              tokenBytes * BLOCK_TOKENS,
              CachePrefault.AHEAD_BYTES);
      return new KernelLanguageModel(
          kernels,
          memory,
          model,
          pool,
          StepThreads.of(options),
          rotary,
          steps,
          prefault,
          limits,
          precision);
    } catch (RuntimeException e) {
      memory.close();
      throw e;
    }
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

  /** What computes it, such as {@code avx512vnni}; {@code portable} is plain C. */
  public String instructions() {
    return Variant.values()[model.get(JAVA_INT, Structs.offset(Structs.MODEL, "variant"))].label();
  }

  /**
   * Threads that compute a step now: as many as were asked for, or as turned out to be fastest. Any
   * thread may ask.
   */
  public int threads() {
    return threads.inUse();
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
      for (int at = slice.start() / BLOCK_TOKENS; at * BLOCK_TOKENS < slice.start() + n; at++) {
        prefault.onBlock(slice.blocks()[at]);
      }
      for (int from = 0; from < n; ) {
        int to = Math.min(n, from + MOST_ROWS - steps.rows());
        steps.add(slice, from, to);
        from = to;
        if (steps.rows() == MOST_ROWS) {
          runPass();
        }
      }
    }
    if (steps.rows() > 0) {
      runPass();
    }
    output = new KernelStepOutput(kernels, model, steps, queries, limits.vocabulary());
    return output;
  }

  private void runPass() {
    int rows = steps.rows();
    kernels.limitPool(pool, threads.next(rows));
    MemorySegment pass = steps.pass();
    long start = System.nanoTime();
    kernels.run(model, pass);
    threads.onPass(rows, System.nanoTime() - start);
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
    prefault.close();
    kernels.closePool(pool);
    steps.close();
    memory.close();
  }
}
