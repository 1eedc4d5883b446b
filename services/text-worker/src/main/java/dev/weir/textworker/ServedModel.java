package dev.weir.textworker;

import dev.weir.engine.LanguageModel;
import dev.weir.text.Checkpoint;
import dev.weir.text.CheckpointException;
import dev.weir.torch.TorchLanguageModel;
import dev.weir.torch.TorchOptions;
import java.util.Locale;

/**
 * A checkpoint on the device that a worker's settings choose for it.
 *
 * @param model owned by whoever loads it
 * @param precision of the linear layers, such as {@code int8}
 * @param backend what computes it, such as {@code torch-cpu}
 */
public record ServedModel(LanguageModel model, String precision, String backend) {

  /**
   * Loads a model; the checkpoint can be closed afterwards.
   *
   * @throws CheckpointException if the checkpoint is damaged or not supported; the message says why
   * @throws IllegalArgumentException if the settings ask for what the device does not have
   */
  public static ServedModel load(Checkpoint checkpoint, TextWorkerConfig config) {
    TorchLanguageModel model = TorchLanguageModel.load(checkpoint, options(config)).closedAtExit();
    return new ServedModel(
        model, model.precision().name().toLowerCase(Locale.ROOT), "torch-" + config.device());
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
