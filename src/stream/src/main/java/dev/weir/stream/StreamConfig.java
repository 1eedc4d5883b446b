package dev.weir.stream;

import java.time.Duration;
import java.util.Map;

/**
 * How a process reaches Kafka and the streams on it.
 *
 * @param bootstrap {@code host:port}, comma-separated
 * @param prefix of all topics and groups; {@code weir} by default
 * @param kafka further Kafka client properties (security), applied to every client
 * @param chunkPartitions partitions of the chunk topic, used when it is created
 * @param replicationFactor of topics that are created; -1 is the broker's default
 * @param lockDuration of a request in the share group
 * @param defaultDeadline of a request that names none, counted from its creation
 */
public record StreamConfig(
    String bootstrap,
    String prefix,
    Map<String, String> kafka,
    int chunkPartitions,
    short replicationFactor,
    Duration lockDuration,
    Duration defaultDeadline) {

  public StreamConfig {
    kafka = Map.copyOf(kafka);
  }

  /** The same with another lock. */
  public StreamConfig withLock(Duration lock) {
    return new StreamConfig(
        bootstrap, prefix, kafka, chunkPartitions, replicationFactor, lock, defaultDeadline);
  }

  /** The defaults with a bootstrap address. */
  public static StreamConfig of(String bootstrap) {
    return new StreamConfig(
        bootstrap, "weir", Map.of(), 8, (short) -1, Duration.ofSeconds(15), Duration.ofMinutes(10));
  }
}
