package dev.weir.imageworker;

import dev.weir.worker.WorkerConfig;
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
public interface ImageWorkerConfig extends WorkerConfig {
  /**
   * What is served, each {@code FAMILY} as it is built in or {@code FAMILY=FOLDER} with what {@code
   * weir train} left there. Without it, all families that are built in.
   */
  Optional<List<String>> families();

  /** Pictures of a family that are drawn at the same time. */
  @WithDefault("16")
  int slots();

  /** Pictures of a family that may wait for a slot inside the engine. */
  @WithDefault("512")
  int maxWaiting();

  /** {@code cpu}, or {@code cuda:0} and so on. */
  @WithDefault("cpu")
  String device();

  /** Pictures with more bytes lie in the store instead of in the record. */
  @WithDefault("262144")
  int inlineLimit();

  /**
   * Where pictures lie that are too large for a record: {@code file:///a/folder}, or {@code
   * s3://BUCKET} or {@code s3://BUCKET/PREFIX} (credentials as for every S3 client, such as {@code
   * AWS_ACCESS_KEY_ID}). Without it there is no such place, and what is too large is an error.
   */
  Optional<URI> store();

  /** Address of the S3 server, if it is not Amazon's: {@code http://minio:9000}. */
  Optional<URI> storeEndpoint();

  /** Region of the bucket; without it what environment, profile or instance tell, or us-east-1. */
  Optional<String> storeRegion();

  /**
   * How long the address of a stored picture opens it without credentials, at most {@code P7D}.
   * Without it, an address opens a picture only if the bucket may be read by all.
   */
  Optional<Duration> storeLinkFor();

  /** Port of the health and metrics endpoints; 0: any free one. */
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
    return load(arguments, Map.of());
  }

  /**
   * Reads the settings.
   *
   * @param arguments {@code weir.image-worker.…} to value; these win over environment and
   *     properties
   * @param defaults over which these win
   */
  static ImageWorkerConfig load(Map<String, String> arguments, Map<String, String> defaults) {
    return new SmallRyeConfigBuilder()
        .addDefaultSources()
        .addDefaultInterceptors()
        .withMapping(ImageWorkerConfig.class)
        .withSources(new PropertiesConfigSource(arguments, "arguments", 1000))
        .withSources(new PropertiesConfigSource(defaults, "defaults", 10))
        .build()
        .getConfigMapping(ImageWorkerConfig.class);
  }
}
