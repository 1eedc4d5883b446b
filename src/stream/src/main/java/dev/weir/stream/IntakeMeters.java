package dev.weir.stream;

import dev.weir.proto.v1.FinishReason;
import dev.weir.proto.v1.Finished;
import dev.weir.stream.AttemptEvent.GiveBack;
import dev.weir.stream.RequestSource.Settlement;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What is measured of one intake. */
final class IntakeMeters {
  private final MeterRegistry registry;
  private final Tags tags;
  private final Counter lostRecords;
  private final AtomicLong newestOffset = new AtomicLong(-1);
  private volatile double windowRatio;
  private volatile long lag;

  IntakeMeters(@Nullable MeterRegistry registry, IntakeOptions options, IntakeLoad load) {
    this.registry = registry == null ? new SimpleMeterRegistry() : registry;
    this.tags = Tags.of("model", options.model());
    this.lostRecords = LostRecords.counter(registry, options.model());
    gauge("weir.intake.slots", "requests that run at the same time", options::slots);
    gauge("weir.intake.slots.busy", "requests that run", load::running);
    gauge("weir.intake.limit", "requests that are taken in all", options::intake);
    gauge("weir.intake.held", "requests that were taken and wait for room", load.waiting::get);
    Gauge.builder("weir.intake.window.ratio", () -> windowRatio)
        .description("newest minus oldest unfinished request, of what the broker allows")
        .tags(tags)
        .register(this.registry);
    Gauge.builder("weir.intake.lag", () -> lag)
        .description("requests that wait in the worker group")
        .tags(tags)
        .register(this.registry);
  }

  private void gauge(String name, String description, Supplier<Number> value) {
    Gauge.builder(name, value)
        .description(description)
        .tags(tags)
        .strongReference(true)
        .register(registry);
  }

  Counter failedReplies() {
    return Counter.builder("weir.intake.replies.failed")
        .description("results that did not reach their reply topic")
        .tags(tags)
        .register(registry);
  }

  void delivered(long offset) {
    newestOffset.accumulateAndGet(offset, Math::max);
    count("weir.intake.deliveries", "requests that were delivered", Tags.empty());
  }

  void settled(Settlement settlement, boolean granted, @Nullable Finished finished) {
    count(
        "weir.intake.settlements",
        "ends of deliveries",
        Tags.of(
            "settlement", settlement.name().toLowerCase(Locale.ROOT),
            "granted", Boolean.toString(granted)));
    if (finished != null) {
      count(
          "weir.intake.finished",
          "requests that were answered",
          Tags.of("reason", name(finished.getReason())));
    }
  }

  /** An attempt has found that acknowledged records of its own are not in the chunk log. */
  void lostRecords() {
    lostRecords.increment();
  }

  /** A request that waited was released for another worker. */
  void givenBack(GiveBack.Reason reason) {
    count(
        "weir.intake.released",
        "requests that waited and were left to other workers",
        Tags.of("reason", reason.name().toLowerCase(Locale.ROOT)));
  }

  private static String name(FinishReason reason) {
    return reason.name().substring("FINISH_REASON_".length()).toLowerCase(Locale.ROOT);
  }

  private void count(String name, String description, Tags more) {
    Counter.builder(name)
        .description(description)
        .tags(tags.and(more))
        .register(registry)
        .increment();
  }

  /**
   * @param startOffset of the oldest request that is not done
   * @return newest minus oldest unfinished request, of what the broker allows: 0 to 1
   */
  double group(long startOffset, long waiting, int maxRecordLocks) {
    long window = Math.max(0, newestOffset.get() + 1 - startOffset);
    windowRatio = (double) window / maxRecordLocks;
    lag = waiting;
    return windowRatio;
  }
}
