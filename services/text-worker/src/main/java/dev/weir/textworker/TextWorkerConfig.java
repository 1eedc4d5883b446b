package dev.weir.textworker;

import dev.weir.torch.Precision;
import dev.weir.worker.WorkerConfig;
import dev.weir.worker.WorkerService;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Settings of a worker, which serves one text model: {@code weir.worker.*} in system properties,
 * the environment ({@code WEIR_WORKER_MODEL}) and what the caller gives. Durations are ISO-8601
 * ({@code PT10S}).
 */
@ConfigMapping(prefix = "weir.worker")
public interface TextWorkerConfig extends WorkerConfig {

  /** The checkpoint: a GGUF file, or a folder with one or with safetensors. */
  Path model();

  /** What clients call the model; without it, the name of its file or folder. */
  Optional<String> name();

  /**
   * Adapters of the model, each {@code NAME=FOLDER}: served as models of their own names, with the
   * weights, the slots and the cache of this one. Only with the kernels.
   */
  Optional<List<String>> adapters();

  /** Requests that run at the same time. */
  @WithDefault("16")
  int slots();

  /** Most tokens of a request, prompt and output together; 0: as many as the model knows. */
  @WithDefault("0")
  int maxContext();

  /**
   * Most memory of the cache of keys and values, such as {@code 1g}; 0: half of what is free.
   * Requests beyond it wait, or give way to others and go on later.
   */
  @WithDefault("0")
  @WithConverter(ByteSize.class)
  Long kvMemory();

  /**
   * How the linear layers are computed: {@code auto}, {@code f32}, {@code bf16} or {@code int8} (on
   * the kernels in groups of 32, the file's own where it has them).
   */
  @WithDefault("auto")
  Precision precision();

  /**
   * What computes the model: {@code kernels} (C, on the CPU), {@code torch}, or {@code auto}: the
   * kernels where the machine and the model allow it.
   */
  @WithDefault("auto")
  Backend backend();

  /** {@code cpu}, or {@code cuda:0} and so on. */
  @WithDefault("cpu")
  String device();

  /**
   * Threads that compute a step: a number, or {@code auto}, which is 0 here: on the kernels as many
   * as are fastest while it runs, at most the cores that the process may use; on TorchScript all
   * cores but one, for the whole process.
   */
  @WithDefault("auto")
  @WithConverter(ThreadCount.class)
  Integer threads();

  /** Most tokens that one step computes. */
  @WithDefault("512")
  int stepTokens();

  /** Requests that may wait for a slot inside the engine; more are released to other workers. */
  @WithDefault("16")
  int maxWaiting();

  /** Tokens that their prompts may have together. */
  @WithDefault("262144")
  int maxWaitingTokens();

  /**
   * Whether outputs are guessed ahead from what they repeat, where that pays; the text stays the
   * same. Only with kernels whose numbers do not depend on the batch.
   */
  @WithDefault("true")
  boolean speculation();

  /** Port of the health and metrics endpoints; 0: any free one. */
  @WithDefault("8081")
  int port();

  /** Both of them. */
  default WorkerService.Listen listen() {
    return new WorkerService.Listen(host(), port(), "weir.worker.port");
  }

  /**
   * Reads the settings.
   *
   * @param arguments {@code weir.worker.…} to value; these win over environment and properties
   */
  static TextWorkerConfig load(Map<String, String> arguments) {
    return new SmallRyeConfigBuilder()
        .addDefaultSources()
        .addDefaultInterceptors()
        .withMapping(TextWorkerConfig.class)
        .withSources(new PropertiesConfigSource(arguments, "arguments", 1000))
        .build()
        .getConfigMapping(TextWorkerConfig.class);
  }
}
