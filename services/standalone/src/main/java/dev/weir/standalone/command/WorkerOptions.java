package dev.weir.standalone.command;

import dev.weir.standalone.model.AdapterSource;
import dev.weir.standalone.model.ModelSource;
import dev.weir.stream.StreamConfig;
import dev.weir.textworker.TextWorkerConfig;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How a model is run; what is not given comes from {@code WEIR_WORKER_…}. */
final class WorkerOptions {
  @Option(
      names = "--slots",
      paramLabel = "N",
      description = "requests that run at the same time (default: 16)")
  @Nullable Integer slots;

  @Option(
      names = "--intake",
      paramLabel = "N",
      description =
          "requests taken in all, those beyond the slots to be shared out fairly by tenant"
              + " (default: the slots and 8 more)")
  @Nullable Integer intake;

  @Option(
      names = "--precision",
      paramLabel = "auto|f32|bf16|int8",
      description = "of the linear layers (default: auto)")
  @Nullable String precision;

  @Option(
      names = "--backend",
      paramLabel = "auto|kernels|torch",
      description = "what computes the model (default: the CPU kernels where they can)")
  @Nullable String backend;

  @Option(names = "--device", paramLabel = "DEVICE", description = "cpu (default), or cuda:0")
  @Nullable String device;

  @Option(
      names = "--threads",
      paramLabel = "auto|N",
      description =
          "threads that compute a step (default: auto, as many as are fastest while it runs, up to"
              + " the cores that the process may use; all cores but one on TorchScript)")
  @Nullable String threads;

  @Option(
      names = "--max-context",
      paramLabel = "TOKENS",
      description = "most tokens of a request, prompt and output (default: the model's)")
  @Nullable Integer maxContext;

  @Option(
      names = "--kv-memory",
      paramLabel = "SIZE",
      description =
          "most memory of the cache of keys and values, such as 1g (default: half of what"
              + " is free)")
  @Nullable String kvMemory;

  @Option(
      names = "--no-speculation",
      description = "never guess outputs ahead from what they repeat (they stay the same)")
  boolean noSpeculation;

  @Option(
      names = "--lock",
      paramLabel = "DURATION",
      converter = ShortDuration.class,
      description =
          "how long a request stays with a worker that is silent, such as 15s (the default);"
              + " brokers other than Weir's own allow 15s to 60s unless told otherwise")
  @Nullable Duration lock;

  @Option(
      names = "--adapter",
      paramLabel = "NAME=MODEL:FOLDER",
      description =
          "serve a LoRA adapter of a model (a folder as PEFT writes it) under a name of its own,"
              + " on the model's weights and slots; repeatable")
  List<String> adapters = List.of();

  /** The settings of a model's worker, with its adapters among those that were resolved. */
  TextWorkerConfig config(
      ModelSource model, List<AdapterSource> adapters, Map<String, String> more) {
    Map<String, String> settings = new HashMap<>(more);
    List<AdapterSource> own =
        adapters.stream().filter(adapter -> adapter.model().equals(model.name())).toList();
    put(settings, "adapters", own.isEmpty() ? null : AdapterSource.setting(own));
    settings.put("weir.worker.model", model.path().toString());
    settings.put("weir.worker.name", model.name());
    put(settings, "slots", slots);
    put(settings, "intake", intake);
    put(settings, "precision", precision);
    put(settings, "backend", backend);
    put(settings, "device", device);
    put(settings, "threads", threads);
    put(settings, "max-context", maxContext);
    put(settings, "kv-memory", kvMemory);
    put(settings, "speculation", noSpeculation ? false : null);
    return TextWorkerConfig.load(settings);
  }

  /** The same streams, with the lock that was asked for. */
  StreamConfig locked(StreamConfig streams) {
    return lock == null ? streams : streams.withLock(lock);
  }

  private static void put(Map<String, String> settings, String name, @Nullable Object value) {
    if (value != null) {
      settings.put("weir.worker." + name, value.toString());
    }
  }
}
