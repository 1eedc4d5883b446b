package dev.weir.worker;

import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;

/** Settings that every kind of worker has, under its own prefix. */
public interface WorkerConfig {
  /** Name of this worker in logs and model cards; without it, host and process id. */
  Optional<String> worker();

  /**
   * Requests that are taken in all, those beyond the slots to wait for one: tenants share the slots
   * fairly among what was taken; behind that is Kafka's order. 0: the slots and 8 more.
   */
  @WithDefault("0")
  int intake();

  /** How long a request may wait for a slot before other workers may have it. */
  @WithDefault("PT1M")
  Duration holdLimit();

  /** How long the first output of a fresh model may take before the start has failed. */
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

  /** How it takes requests. */
  default WorkerOptions options() {
    return WorkerOptions.of(worker(), joinTimeout(), closeLimit(), holdLimit());
  }
}
