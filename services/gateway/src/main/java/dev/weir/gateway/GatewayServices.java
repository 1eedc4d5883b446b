package dev.weir.gateway;

import java.time.Clock;
import java.util.concurrent.atomic.AtomicBoolean;

/** What all calls share. Safe for use by any thread. */
final class GatewayServices {
  private final GatewayConfig config;
  private final Backend backend;
  private final Publishing publishing;
  private final IdempotencyKeys keys;
  private final Admission admission;
  private final GatewayMetrics metrics;
  private final FlowWindow window;
  private final RequestParser parser;
  private final ImageParser images;
  private final Clock clock;
  private final AtomicBoolean closing = new AtomicBoolean();
  private final AtomicBoolean draining = new AtomicBoolean();

  GatewayServices(
      GatewayConfig config,
      Backend backend,
      Admission admission,
      GatewayMetrics metrics,
      FlowWindow window,
      RequestParser parser,
      ImageParser images,
      Clock clock) {
    this.config = config;
    this.backend = backend;
    this.publishing = new Publishing(backend.publisher(), config.publishTimeout());
    this.keys = new IdempotencyKeys(config);
    this.admission = admission;
    this.metrics = metrics;
    this.window = window;
    this.parser = parser;
    this.images = images;
    this.clock = clock;
  }

  GatewayConfig config() {
    return config;
  }

  Backend backend() {
    return backend;
  }

  Publishing publishing() {
    return publishing;
  }

  IdempotencyKeys keys() {
    return keys;
  }

  Admission admission() {
    return admission;
  }

  GatewayMetrics metrics() {
    return metrics;
  }

  FlowWindow window() {
    return window;
  }

  RequestParser parser() {
    return parser;
  }

  /** Of the routes of pictures. */
  ImageParser images() {
    return images;
  }

  long nowMs() {
    return clock.millis();
  }

  /** From here on clients are told to go elsewhere. */
  void drain() {
    draining.set(true);
  }

  boolean draining() {
    return draining.get() || closing.get();
  }

  /** From here on a socket that closes was closed by us and cancels nothing. */
  void close() {
    closing.set(true);
  }

  boolean closing() {
    return closing.get();
  }
}
