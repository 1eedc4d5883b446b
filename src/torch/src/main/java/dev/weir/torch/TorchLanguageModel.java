package dev.weir.torch;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.jni.JniUtils;
import dev.weir.engine.LanguageModel;
import dev.weir.engine.ModelLimits;
import dev.weir.engine.SequenceSlice;
import dev.weir.engine.StepOutput;
import dev.weir.text.Checkpoint;
import dev.weir.text.ModelConfig;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A decoder-only transformer in libtorch: one TorchScript call for each step.
 *
 * <p>The thread that makes the first step owns the model. A slot's keys and values are contiguous,
 * so block tables are ignored.
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
    this.cache = new CacheSize(limits.slots(), limits.contextLength());
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
   * @throws IllegalArgumentException if the options ask for what the device does not have: a
   *     precision, or memory for the cache
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
    Arithmetic arithmetic = ArithmeticChoice.of(options);
    DecoderWeights weights = new DecoderWeights(config, checkpoint.tensors());
    long bytesPerToken =
        2L * config.layers() * config.kvHeads() * config.headSize() * arithmetic.cacheBytes();
    int context =
        CacheBudget.context(
            options,
            config.contextLength(),
            bytesPerToken,
            CacheBudget.availableBytes(options.device())
                - weights.elements() * arithmetic.weightBytes());
    DecoderProgram program = new DecoderProgram(config, arithmetic);
    TorchModule module =
        TorchModule.load(DecoderProgram.CLASS_NAME, program.listAttributes(), program.source());
    try {
      weights.load(module, progress);
    } catch (RuntimeException e) {
      module.close();
      throw e;
    }
    Precision precision = arithmetic.precision();
    String numerics =
        String.join(
            "-",
            checkpoint.digest().get().substring(0, 16),
            precision.name().toLowerCase(Locale.ROOT),
            arithmetic.gpu() ? "cuda" : "cpu",
            "torch" + engine.getVersion());
    int blocks = options.slots() * Math.ceilDiv(context, BLOCK_TOKENS);
    return new TorchLanguageModel(
        module,
        new ModelLimits(config.vocabulary(), context, options.slots(), blocks, false, numerics),
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
    check(slices);
    if (output != null) {
      output.close();
    }
    StepPlan plan = StepPlan.of(slices);
    int lastSlot = slices.stream().mapToInt(SequenceSlice::slot).max().orElse(0);
    int end = slices.stream().mapToInt(s -> s.start() + s.tokens().length).max().orElse(1);
    if (cache.cover(lastSlot, end)) {
      module.run("reserve", cache.slots(), cache.time());
    }
    NDManager scope = module.newScope();
    try {
      NDList results =
          module.runForTensors(
              scope,
              "step",
              plan.tokens(),
              plan.positions(),
              plan.lengths(),
              plan.slots(),
              plan.segments(),
              plan.outputs(),
              plan.logits());
      output = new TorchStepOutput(scope, results, plan, limits.vocabulary());
      return output;
    } catch (RuntimeException e) {
      scope.close();
      throw e;
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

  private void check(List<SequenceSlice> slices) {
    if (slices.isEmpty()) {
      throw new IllegalArgumentException("a step wants at least one slice");
    }
    BitSet seen = new BitSet();
    for (SequenceSlice slice : slices) {
      int n = slice.tokens().length;
      require(slice.slot() >= 0 && slice.slot() < limits.slots(), "slot", slice.slot());
      require(!seen.get(slice.slot()), "second slice of slot", slice.slot());
      seen.set(slice.slot());
      require(n > 0, "number of tokens", n);
      require(
          slice.start() >= 0 && slice.start() <= limits.contextLength() - n,
          "start",
          slice.start());
      require(slice.outputs() >= 0 && slice.outputs() <= n, "outputs", slice.outputs());
      for (int token : slice.tokens()) {
        require(token >= 0 && token < limits.vocabulary(), "token", token);
      }
    }
  }

  private static void require(boolean holds, String what, int value) {
    if (!holds) {
      throw new IllegalArgumentException("%s %d is not allowed".formatted(what, value));
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
