package dev.weir.stream;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads streams from Kafka. Many thousands of them may be followed at once: what others wrote is
 * skipped by its key, unread.
 */
public final class KafkaStreamReader implements StreamReader {
  /** How far the clock of who drew an id may be ahead of the brokers'. */
  static final Duration CLOCK_ALLOWANCE = Duration.ofMinutes(10);

  private final KafkaClients clients;
  private final ChunkLog chunks;
  private final StreamMeters meters;

  /** Starts its threads; Kafka need not answer yet. */
  public KafkaStreamReader(StreamConfig config, @Nullable MeterRegistry registry) {
    this(config, ChunkLog.Limits.DEFAULT, registry);
  }

  KafkaStreamReader(StreamConfig config, ChunkLog.Limits limits, @Nullable MeterRegistry registry) {
    this.clients = new KafkaClients(config, registry);
    this.meters = new StreamMeters(registry);
    this.chunks =
        new ChunkLog(clients, new Topics(config.prefix()).chunks(), "streams", limits, registry);
  }

  @Override
  public Subscription follow(String requestId, Start start, StreamListener listener) {
    StreamFollower follower = new StreamFollower(requestId, start, listener, meters);
    return chunks.read(requestId, StreamFollower.place(requestId, start), follower)::close;
  }

  /**
   * Keeps these partitions of the chunk log followed, so that streams that begin there are joined
   * at once: those that {@link GatewayPartitions} assigned.
   */
  public void own(Set<Integer> partitions) {
    chunks.own(partitions);
  }

  /** How many streams are followed. */
  public int followers() {
    return chunks.followers();
  }

  @Override
  public void close() {
    chunks.close();
    clients.close();
  }
}
