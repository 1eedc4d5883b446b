package dev.weir.textworker;

import dev.weir.engine.LanguageModel;
import dev.weir.kernels.KernelLanguageModel;
import dev.weir.kernels.KernelOptions;
import dev.weir.kernels.KernelPrecision;
import dev.weir.text.Checkpoint;
import dev.weir.text.CheckpointException;
import dev.weir.torch.TorchLanguageModel;
import dev.weir.torch.TorchOptions;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A checkpoint on the device that a worker's settings choose for it.
 *
 * @param model owned by whoever loads it
 * @param precision of the linear layers, such as {@code int8}
 * @param backend what computes it, such as {@code kernels-cpu-avx512vnni}
 */
public record ServedModel(LanguageModel model, String precision, String backend) {

  private static final Logger LOG = LoggerFactory.getLogger(ServedModel.class);

  /**
   * Loads a model; the checkpoint can be closed afterwards.
   *
   * @throws CheckpointException if the checkpoint is damaged or not supported; the message says why
   * @throws IllegalArgumentException if the settings ask for what the device does not have
   */
  public static ServedModel load(Checkpoint checkpoint, TextWorkerConfig config) {
    if (onKernels(checkpoint, config)) {
      KernelLanguageModel model = KernelLanguageModel.load(checkpoint, kernelOptions(config));
      return new ServedModel(
          model,
          model.precision().name().toLowerCase(Locale.ROOT),
          "kernels-%s-%s".formatted(config.device(), model.instructions()));
    }
    TorchLanguageModel model = TorchLanguageModel.load(checkpoint, options(config)).closedAtExit();
    return new ServedModel(
        model, model.precision().name().toLowerCase(Locale.ROOT), "torch-" + config.device());
  }

  /** The choice is made here, once: what runs does not change while the worker does. */
  private static boolean onKernels(Checkpoint checkpoint, TextWorkerConfig config) {
    if (config.backend() == Backend.TORCH) {
      return false;
    }
    String obstacle =
        config.device().equals("cpu")
            ? KernelLanguageModel.obstacle(checkpoint.config())
            : "they run on the cpu, not on " + config.device();
    if (obstacle.isEmpty()) {
      return true;
    }
    if (config.backend() == Backend.KERNELS) {
      throw new IllegalArgumentException(
          "backend is kernels, which cannot run %s: %s".formatted(checkpoint.name(), obstacle));
    }
    LOG.info(
        "model {} runs on TorchScript, not on the CPU kernels: {}", checkpoint.name(), obstacle);
    return false;
  }

  private static KernelOptions kernelOptions(TextWorkerConfig config) {
    KernelPrecision precision =
        switch (config.precision()) {
          case AUTO, INT8 -> KernelPrecision.GROUPS;
          case BF16 -> KernelPrecision.BF16;
          case F32 -> KernelPrecision.F32;
        };
    return new KernelOptions(
        precision,
        config.slots(),
        config.maxContext(),
        config.kvMemory(),
        Math.min(KernelOptions.MOST_THREADS, config.threads() == 0 ? threads() : config.threads()));
  }

  private static TorchOptions options(TextWorkerConfig config) {
    return new TorchOptions(
        config.precision(),
        config.device(),
        config.slots(),
        config.maxContext(),
        config.kvMemory(),
        config.threads() == 0 ? threads() : config.threads());
  }

  /**
   * All cores but one, which Kafka's clients and the sockets need: an operation that waits for a
   * thread whose core is taken waits for the scheduler. On two cores, with everything in one
   * process, one thread made 58 tokens/s where two made 45, and 263 against 245 for 16 streams.
   */
  private static int threads() {
    return Math.max(1, Runtime.getRuntime().availableProcessors() - 1);
  }
}
