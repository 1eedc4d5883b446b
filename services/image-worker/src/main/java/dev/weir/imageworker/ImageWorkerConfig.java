package dev.weir.imageworker;

import dev.weir.worker.WorkerService;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Settings of a worker, which serves models that draw: {@code weir.image-worker.*} in system
 * properties, the environment ({@code WEIR_IMAGE_WORKER_FAMILIES}) and what the caller gives.
 * Durations are ISO-8601 ({@code PT10S}).
 */
@ConfigMapping(prefix = "weir.image-worker")
public interface ImageWorkerConfig {
  /**
   * What is served, each {@code FAMILY} as it is built in or {@code FAMILY=FOLDER} with what {@code
   * weir train} left there. Without it, all families that are built in.
   */
  Optional<List<String>> families();

  /** Name of this worker in logs and model cards; without it, host and process id. */
  Optional<String> worker();

  /** Pictures of a family that are drawn at the same time. */
  @WithDefault("16")
  int slots();

  /**
   * Requests that are taken in all, those beyond the slots to wait for one. 0: the slots and 8
   * more.
   */
  @WithDefault("0")
  int intake();

  /** Pictures of a family that may wait for a slot inside the engine. */
  @WithDefault("512")
  int maxWaiting();

  /** How long a request may wait for a slot before other workers may have it. */
  @WithDefault("PT1M")
  Duration holdLimit();

  /** {@code cpu}, or {@code cuda:0} and so on. */
  @WithDefault("cpu")
  String device();

  /** Pictures with more bytes lie in the store instead of in the record. */
  @WithDefault("262144")
  int inlineLimit();

  /**
   * Where pictures lie that are too large for a record: {@code file:///a/folder}. Without it there
   * is no such place, and what is too large is an error.
   */
  Optional<URI> store();

  /** How long the first picture of a fresh model may take before the start has failed. */
  @WithDefault("PT2M")
  Duration warmUpTimeout();

  /** How long Kafka may take to let the worker join before the start has failed. */
  @WithDefault("PT1M")
  Duration joinTimeout();

  /** How long requests may go on when the worker closes, before others get them. */
  @WithDefault("PT3S")
  Duration closeLimit();

  /** Address of the health and metrics endpoints. */
  @WithDefault("127.0.0.1")
  String host();

  /** Their port; 0: any free one. */
  @WithDefault("8082")
  int port();

  /** Both of them. */
  default WorkerService.Listen listen() {
    return new WorkerService.Listen(host(), port(), "weir.image-worker.port");
  }

  /**
   * Reads the settings.
   *
   * @param arguments {@code weir.image-worker.…} to value; these win over environment and
   *     properties
   */
  static ImageWorkerConfig load(Map<String, String> arguments) {
    return new SmallRyeConfigBuilder()
        .addDefaultSources()
        .addDefaultInterceptors()
        .withMapping(ImageWorkerConfig.class)
        .withSources(new PropertiesConfigSource(arguments, "arguments", 1000))
        .build()
        .getConfigMapping(ImageWorkerConfig.class);
  }
}
