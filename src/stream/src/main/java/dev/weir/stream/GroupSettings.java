package dev.weir.stream;

import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ConfigEntry.ConfigSource;

/**
 * What a broker granted to a worker group.
 *
 * @param lockMs how long a delivered record stays with its worker
 * @param deliveryLimit deliveries after which the broker drops a record without a word
 * @param maxRecordLocks newest minus oldest unfinished offset at which the partition stands still
 */
record GroupSettings(int lockMs, int deliveryLimit, int maxRecordLocks) {
  private static final String LOCK = "share.record.lock.duration.ms";
  private static final String DELIVERIES = "share.delivery.count.limit";
  private static final String LOCKS = "share.partition.max.record.locks";

  /** Brokers that do not say have these defaults. */
  static GroupSettings of(Config found) {
    return new GroupSettings(
        number(found, LOCK, 30_000), number(found, DELIVERIES, 5), number(found, LOCKS, 2_000));
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
