package dev.weir.gateway;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** What the gateway counts. Labels are routes and statuses, both few. */
final class GatewayMetrics implements AutoCloseable {
  /** Bounds of vLLM's time_to_first_token_seconds. */
  private static final Duration[] FIRST_TOKEN_BOUNDS = {
    Duration.ofMillis(1),
    Duration.ofMillis(5),
    Duration.ofMillis(10),
    Duration.ofMillis(20),
    Duration.ofMillis(40),
    Duration.ofMillis(60),
    Duration.ofMillis(80),
    Duration.ofMillis(100),
    Duration.ofMillis(250),
    Duration.ofMillis(500),
    Duration.ofMillis(750),
    Duration.ofMillis(1000),
    Duration.ofMillis(2500),
    Duration.ofMillis(5000),
    Duration.ofMillis(7500),
    Duration.ofMillis(10_000),
    Duration.ofMillis(20_000),
    Duration.ofMillis(40_000),
    Duration.ofMillis(80_000),
    Duration.ofMillis(160_000)
  };

  private final MeterRegistry registry;
  private final AtomicInteger eventStreams = new AtomicInteger();
  private final AtomicInteger sockets = new AtomicInteger();
  private final AtomicInteger socketStreams = new AtomicInteger();
  private final AtomicInteger stalled = new AtomicInteger();
  private final Counter bytesIn;
  private final Counter bytesOut;
  private final Counter cancelled;
  private final Counter slowReaders;
  private final Timer firstToken;
  private final Timer firstPicture;
  private final List<Meter> meters = new ArrayList<>();

  GatewayMetrics(
      MeterRegistry registry, Admission admission, AtomicInteger connections, FlowWindow window) {
    this.registry = registry;
    gauge("weir.gateway.outstanding", "Answers that callers wait for", admission::outstanding);
    gauge(
        "weir.gateway.tenant.outstanding.max",
        "Answers that the tenant with most of them waits for",
        admission::mostOfATenant);
    for (Admission.Limit limit : Admission.Limit.values()) {
      meters.add(
          FunctionCounter.builder("weir.gateway.refused", admission, a -> a.refusals(limit))
              .description("Calls refused because too many answers are outstanding")
              .tag("limit", limit.name().toLowerCase(Locale.ROOT))
              .register(registry));
    }
    gauge("weir.gateway.connections", "Open connections", connections::get);
    gauge("weir.gateway.event.streams", "Event streams being written", eventStreams::get);
    gauge("weir.gateway.sockets", "Open WebSockets", sockets::get);
    gauge("weir.gateway.socket.streams", "Streams followed on WebSockets", socketStreams::get);
    gauge("weir.gateway.chunks.held", "Chunks held for slow readers", window::held);
    gauge(
        "weir.gateway.chunks.window",
        "Most chunks held of one stream, then it is left",
        window::chunks);
    meters.add(
        FunctionCounter.builder("weir.gateway.readings.left", window, FlowWindow::overflows)
            .description("Readings left because their client is slow, to be opened where it stands")
            .register(registry));
    meters.add(
        Gauge.builder("weir.gateway.chunks.held.size", window, FlowWindow::heldBytes)
            .description("Bytes of the chunks held for slow readers")
            .baseUnit("bytes")
            .register(registry));
    meters.add(
        FunctionCounter.builder(
                "weir.gateway.previews.dropped", window, FlowWindow::droppedPreviews)
            .description("Previews of pictures passed over because their reader is slow")
            .register(registry));
    gauge("weir.gateway.stalled", "Clients that take nothing now", stalled::get);
    slowReaders =
        Counter.builder("weir.gateway.slow.readers")
            .description("Responses and sockets closed because their client took nothing for long")
            .register(registry);
    bytesIn = counter("weir.gateway.received", "Bytes of request bodies and messages taken");
    bytesOut = counter("weir.gateway.sent", "Bytes of answers and messages written");
    cancelled =
        Counter.builder("weir.gateway.cancelled")
            .description("Requests cancelled because their client went away")
            .register(registry);
    firstToken =
        Timer.builder("weir.gateway.time.to.first.token")
            .description("From the whole request to its first token at the gateway")
            .serviceLevelObjectives(FIRST_TOKEN_BOUNDS)
            .register(registry);
    firstPicture =
        Timer.builder("weir.gateway.time.to.first.picture")
            .description("From the whole request to its first whole picture at the gateway")
            .serviceLevelObjectives(FIRST_TOKEN_BOUNDS)
            .register(registry);
  }

  /** A response has ended, or its client has gone: status 499 then. */
  void answered(String route, String method, int status, long nanos) {
    Timer.builder("weir.gateway.requests")
        .description("Responses, by route and status, with the time they took")
        .tag("route", route)
        .tag("method", method)
        .tag("status", Integer.toString(status))
        .register(registry)
        .record(nanos, TimeUnit.NANOSECONDS);
  }

  void firstToken(long nanos) {
    firstToken.record(nanos, TimeUnit.NANOSECONDS);
  }

  void firstPicture(long nanos) {
    firstPicture.record(nanos, TimeUnit.NANOSECONDS);
  }

  void eventStreams(int change) {
    eventStreams.addAndGet(change);
  }

  void sockets(int change) {
    sockets.addAndGet(change);
  }

  void socketStreams(int change) {
    socketStreams.addAndGet(change);
  }

  void stalled(int change) {
    stalled.addAndGet(change);
  }

  void slowReader() {
    slowReaders.increment();
  }

  void cancelled(int count) {
    cancelled.increment(count);
  }

  void bytesIn(int count) {
    bytesIn.increment(count);
  }

  void bytesOut(int count) {
    bytesOut.increment(count);
  }

  /** Takes the meters out of the registry: another gateway of this process may come. */
  @Override
  public void close() {
    meters.forEach(registry::remove);
  }

  private Counter counter(String name, String description) {
    return Counter.builder(name).description(description).baseUnit("bytes").register(registry);
  }

  private void gauge(String name, String description, Supplier<Number> value) {
    meters.add(
        Gauge.builder(name, value)
            .description(description)
            .strongReference(true)
            .register(registry));
  }
}
