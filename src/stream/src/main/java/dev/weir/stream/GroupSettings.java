package dev.weir.stream;

import java.util.Collection;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ConfigEntry.ConfigSource;

/**
 * What the brokers granted to a worker group.
 *
 * @param lockMs how long a delivered record stays with its worker
 * @param deliveryLimit deliveries after which the broker drops a record without a word
 * @param leastDeliveryLimit the least that any broker goes by: one that stops forgets what was set
 *     for groups while locks still expire on it
 * @param maxRecordLocks newest minus oldest unfinished offset at which the partition stands still
 */
record GroupSettings(int lockMs, int deliveryLimit, int leastDeliveryLimit, int maxRecordLocks) {
  private static final String LOCK = "share.record.lock.duration.ms";
  private static final int DEFAULT_DELIVERIES = 5;

  private static final String DELIVERIES = "share.delivery.count.limit";
  private static final String BROKER_DELIVERIES = "group.share.delivery.count.limit";
  private static final String LOCKS = "share.partition.max.record.locks";

  /** Deliveries that are kept for what goes wrong: two attempts each for some faults. */
  private static final int RESERVE = 5;

  /**
   * Brokers that do not say have Kafka's defaults.
   *
   * @param brokers settings of each of them, as far as they may be seen
   */
  static GroupSettings of(Config found, Collection<Config> brokers) {
    int deliveries = number(found, DELIVERIES, DEFAULT_DELIVERIES);
    int least =
        brokers.stream()
            .mapToInt(broker -> number(broker, BROKER_DELIVERIES, DEFAULT_DELIVERIES))
            .min()
            .orElse(DEFAULT_DELIVERIES);
    return new GroupSettings(
        number(found, LOCK, 30_000),
        deliveries,
        Math.min(deliveries, least),
        number(found, LOCKS, 2_000));
  }

  /** Deliveries that the broker grants after so many; 0: it drops what is not done by this one. */
  int left(int deliveries) {
    return deliveryLimit - deliveries;
  }

  /** Deliveries, after so many, that may be spent on a worker that can do it sooner. */
  int spare(int deliveries) {
    return leastDeliveryLimit - deliveries - RESERVE;
  }

  /**
   * Whether all of these were set for the group. A broker reports its defaults for some time after
   * it has taken what was set.
   */
  static boolean areSet(Config found) {
    return Stream.of(LOCK, DELIVERIES, LOCKS)
        .map(found::get)
        .allMatch(entry -> entry != null && entry.source() == ConfigSource.DYNAMIC_GROUP_CONFIG);
  }

  private static int number(Config found, String name, int byDefault) {
    ConfigEntry entry = found.get(name);
    return entry == null || entry.value() == null ? byDefault : Integer.parseInt(entry.value());
  }
}
