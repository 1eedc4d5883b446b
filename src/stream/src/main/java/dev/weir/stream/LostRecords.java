package dev.weir.stream;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.jspecify.annotations.Nullable;

/**
 * How often records of the chunk log were missed that brokers had acknowledged: an unclean election
 * of a leader, or a disk that was lost. Each is an error that somebody has to see; zero is normal.
 */
final class LostRecords {
  private LostRecords() {}

  /**
   * The counter of one reader of the log.
   *
   * @param who reads: a worker's model, or {@code streams}
   */
  static Counter counter(@Nullable MeterRegistry registry, String who) {
    return Counter.builder("weir.log.lost.records")
        .description("times that acknowledged records were found to be lost")
        .tag("reader", who)
        .register(registry == null ? new SimpleMeterRegistry() : registry);
  }
}
