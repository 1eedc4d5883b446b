package dev.weir.torch;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.jni.JniUtils;
import dev.weir.engine.CacheBudget;
import dev.weir.engine.LanguageModel;
import dev.weir.engine.LogitsQuery;
import dev.weir.engine.ModelLimits;
import dev.weir.engine.SequenceSlice;
import dev.weir.engine.StepCheck;
import dev.weir.engine.StepOutput;
import dev.weir.text.Checkpoint;
import dev.weir.text.ModelConfig;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A decoder-only transformer in libtorch: one TorchScript call for each step.
 *
 * <p>The thread that makes the first step owns the model. Attention gathers keys and values through
 * the block tables, a copy in each step that the kernels of a native backend do without.
 */
public final class TorchLanguageModel implements LanguageModel {
  private final TorchModule module;
  private final ModelLimits limits;
  private final Precision precision;
  private final CacheSize cache;
  private @Nullable Thread owner;
  private @Nullable TorchStepOutput output;

  private TorchLanguageModel(TorchModule module, ModelLimits limits, Precision precision) {
    this.module = module;
    this.limits = limits;
    this.precision = precision;
    this.cache = new CacheSize(limits.cacheBlocks());
  }

  /** Loads a model; see {@link #load(Checkpoint, TorchOptions, DoubleConsumer)}. */
  public static TorchLanguageModel load(Checkpoint checkpoint, TorchOptions options) {
    return load(checkpoint, options, fraction -> {});
  }

  /**
   * Loads a model. The checkpoint can be closed afterwards.
   *
   * @param progress told the fraction of the weights that is loaded, up to 1
   * @throws dev.weir.text.CheckpointException if a tensor is missing or misshapen, or the config is
   *     not supported
   * @throws IllegalArgumentException if the device cannot be used, or the options ask for what it
   *     does not have: a precision, or memory for the cache
   */
  public static TorchLanguageModel load(
      Checkpoint checkpoint, TorchOptions options, DoubleConsumer progress) {
    ModelConfig config = checkpoint.config();
    SupportedConfig.check(checkpoint.name(), config);
    Engine engine = Engine.getEngine("PyTorch");
    if (options.threads() > 0) {
      JniUtils.setNumThreads(options.threads());
    }
    JniUtils.setGraphExecutorOptimize(false);
    Arithmetic arithmetic =
        ArithmeticChoice.of(options.withPrecision(options.precision().of(config)));
    DecoderWeights weights = new DecoderWeights(config, checkpoint.tensors());
    long bytesPerToken =
        2L * config.layers() * config.kvHeads() * config.headSize() * arithmetic.cacheBytes();
    CacheBudget budget =
        CacheBudget.of(
            options.slots(),
            options.maxContext(),
            options.kvMemory(),
            config.contextLength(),
            config.slidingWindow(),
            bytesPerToken,
            DeviceMemory.availableBytes(options.device())
                - weights.elements() * arithmetic.weightBytes());
    DeviceProbe.check(options.device());
    DecoderProgram program = new DecoderProgram(config, arithmetic);
    TorchModule module =
        TorchModule.load(DecoderProgram.CLASS_NAME, program.listAttributes(), program.source());
    try {
      weights.load(module, progress);
    } catch (RuntimeException e) {
      module.close();
      throw e;
    }
    ModelConfig.Grid grid = config.grid();
    Precision precision = arithmetic.precision();
    String numerics =
        String.join(
            "-",
            checkpoint.digest().get().substring(0, 16),
            precision.name().toLowerCase(Locale.ROOT),
            arithmetic.gpu() ? "cuda" : "cpu",
            "torch" + engine.getVersion());
    return new TorchLanguageModel(
        module,
        new ModelLimits(
                config.vocabulary(),
                budget.context(),
                options.slots(),
                budget.blocks(),
                config.slidingWindow(),
                false,
                numerics)
            .reading(config.inputs(), grid == null ? 0 : grid.lookBack()),
        precision);
  }

  /**
   * Promises that the owner closes the model when the process is told to end, in a shutdown hook:
   * steps go on until then. Without the promise they block as soon as the process ends, since
   * libtorch must not be called then.
   */
  public TorchLanguageModel closedAtExit() {
    module.closesInOrder();
    return this;
  }

  @Override
  public ModelLimits limits() {
    return limits;
  }

  /** What {@link Precision#AUTO} became, or what was asked for. */
  public Precision precision() {
    return precision;
  }

  @Override
  public StepOutput step(List<SequenceSlice> slices) {
    own();
    StepCheck.check(slices, limits);
    if (output != null) {
      output.close();
    }
    StepPlan plan = StepPlan.of(slices);
    if (cache.cover((int) Arrays.stream(plan.tables()).max().orElse(0))) {
      module.run("reserve", cache.blocks());
    }
    List<LogitsQuery> queries = slices.stream().flatMap(slice -> slice.queries().stream()).toList();
    LogitsPlan logits = LogitsPlan.of(queries, limits.vocabulary());
    try (NDManager scope = module.newScope()) {
      NDList results =
          module.runForTensors(
              scope,
              "step",
              plan.tokens(),
              plan.positions(),
              plan.before(),
              plan.lengths(),
              plan.places(),
              plan.begun(),
              plan.segments(),
              plan.tables(),
              plan.outputs(),
              logits.edited(),
              logits.bias(),
              logits.repetition(),
              logits.reduction(),
              logits.masked(),
              logits.masks(),
              logits.sampled(),
              logits.temperatures(),
              logits.candidates(),
              logits.entropy(),
              logits.reported());
      output = new TorchStepOutput(module, results, logits, queries, limits.vocabulary());
      return output;
    }
  }

  /** The first caller owns the model; libtorch's modes are those of a thread. */
  private void own() {
    Thread current = Thread.currentThread();
    if (owner == null) {
      owner = current;
      JniUtils.setGradMode(false);
      JniUtils.setGraphExecutorOptimize(false);
    } else if (owner != current) {
      throw new IllegalStateException(
          "the model belongs to thread %s, not %s".formatted(owner.getName(), current.getName()));
    }
  }

  /** Native tensors that steps hold: those of the last one. */
  int liveTensors() {
    return module.liveTensors();
  }

  @Override
  public void close() {
    if (output != null) {
      output.close();
    }
    module.close();
  }
}
