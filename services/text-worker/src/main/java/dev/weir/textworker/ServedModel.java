package dev.weir.textworker;

import dev.weir.engine.LanguageModel;
import dev.weir.kernels.KernelLanguageModel;
import dev.weir.kernels.KernelOptions;
import dev.weir.kernels.KernelPrecision;
import dev.weir.text.Checkpoint;
import dev.weir.text.CheckpointException;
import dev.weir.text.lora.LoraAdapter;
import dev.weir.torch.TorchLanguageModel;
import dev.weir.torch.TorchOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A checkpoint on the device that a worker's settings choose for it.
 *
 * @param model owned by whoever loads it
 * @param precision of the linear layers, such as {@code int8}
 * @param backend what computes it, such as {@code kernels-cpu-avx512vnni}
 * @param adapters that it was loaded with, in the order of their numbers, from 1
 */
public record ServedModel(
    LanguageModel model, String precision, String backend, List<Adapter> adapters) {

  private static final Logger LOG = LoggerFactory.getLogger(ServedModel.class);

  /** Enough of a digest that no two adapters ever share it. */
  private static final int DIGEST_DIGITS = 16;

  /**
   * An adapter that is loaded.
   *
   * @param name what clients call the model with it
   * @param digest SHA-256 of its config and weights, hex
   */
  record Adapter(String name, String digest) {
    /** The model's own, and what the adapter changes. */
    String numericsId(String model) {
      return model + "-lora-" + digest.substring(0, DIGEST_DIGITS);
    }
  }

  /** A model without adapters. */
  public ServedModel(LanguageModel model, String precision, String backend) {
    this(model, precision, backend, List.of());
  }

  /**
   * Loads a model; the checkpoint can be closed afterwards.
   *
   * @throws CheckpointException if the checkpoint is damaged or not supported; the message says why
   * @throws IllegalArgumentException if the settings ask for what the device does not have, or for
   *     adapters where the kernels cannot run
   */
  public static ServedModel load(Checkpoint checkpoint, TextWorkerConfig config) {
    List<AdapterFolder> folders = AdapterFolder.of(config, config.name().orElse(checkpoint.name()));
    if (onKernels(checkpoint, config, !folders.isEmpty())) {
      return loadOnKernels(checkpoint, config, folders);
    }
    TorchLanguageModel model = TorchLanguageModel.load(checkpoint, options(config)).closedAtExit();
    return new ServedModel(
        model, model.precision().name().toLowerCase(Locale.ROOT), "torch-" + config.device());
  }

  private static ServedModel loadOnKernels(
      Checkpoint checkpoint, TextWorkerConfig config, List<AdapterFolder> folders) {
    List<LoraAdapter> adapters = new ArrayList<>();
    try {
      folders.forEach(folder -> adapters.add(folder.open(checkpoint)));
      List<Adapter> served = new ArrayList<>();
      for (int i = 0; i < adapters.size(); i++) {
        served.add(new Adapter(folders.get(i).name(), adapters.get(i).digest()));
      }
      KernelLanguageModel model =
          KernelLanguageModel.load(checkpoint, kernelOptions(config), adapters);
      return new ServedModel(
          model,
          model.precision().name().toLowerCase(Locale.ROOT),
          "kernels-%s-%s".formatted(config.device(), model.instructions()),
          served);
    } finally {
      adapters.forEach(LoraAdapter::close);
    }
  }

  /** The choice is made here, once: what runs does not change while the worker does. */
  private static boolean onKernels(
      Checkpoint checkpoint, TextWorkerConfig config, boolean adapters) {
    if (config.backend() == Backend.TORCH) {
      if (adapters) {
        throw new IllegalArgumentException(
            "adapters of %s run on the CPU kernels only, and backend is torch; leave one of both out"
                .formatted(checkpoint.name()));
      }
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
    if (adapters) {
      throw new IllegalArgumentException(
          "adapters run on the CPU kernels only, which cannot run %s: %s; serve it without adapters"
              .formatted(checkpoint.name(), obstacle));
    }
    LOG.info(
        "model {} runs on TorchScript, not on the CPU kernels: {}", checkpoint.name(), obstacle);
    return false;
  }

  private static KernelOptions kernelOptions(TextWorkerConfig config) {
    KernelPrecision precision =
        switch (config.precision()) {
          case AUTO -> KernelPrecision.AUTO;
          case INT8 -> KernelPrecision.GROUPS;
          case BF16 -> KernelPrecision.BF16;
          case F32 -> KernelPrecision.F32;
        };
    return new KernelOptions(
        precision,
        config.slots(),
        config.maxContext(),
        config.kvMemory(),
        config.threads() == ThreadCount.AUTO
            ? KernelOptions.AUTO_THREADS
            : Math.min(KernelOptions.MOST_THREADS, config.threads()));
  }

  private static TorchOptions options(TextWorkerConfig config) {
    return new TorchOptions(
        config.precision(),
        config.device(),
        config.slots(),
        config.maxContext(),
        config.kvMemory(),
        config.threads() == ThreadCount.AUTO ? torchThreads() : config.threads());
  }

  /**
   * All cores but one, which Kafka's clients and the sockets need: libtorch's threads wait for each
   * other, so that an operation whose thread has lost its core waits for the scheduler.
   */
  private static int torchThreads() {
    return Math.max(1, Runtime.getRuntime().availableProcessors() - 1);
  }
}
