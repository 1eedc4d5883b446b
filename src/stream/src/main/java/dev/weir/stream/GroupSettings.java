package dev.weir.stream;

import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;

/**
 * What a broker granted to a worker group.
 *
 * @param lockMs how long a delivered record stays with its worker
 * @param deliveryLimit deliveries after which the broker drops a record without a word
 * @param maxRecordLocks newest minus oldest unfinished offset at which the partition stands still
 */
record GroupSettings(int lockMs, int deliveryLimit, int maxRecordLocks) {
  /** Brokers that do not say have these defaults. */
  static GroupSettings of(Config found) {
    return new GroupSettings(
        number(found, "share.record.lock.duration.ms", 30_000),
        number(found, "share.delivery.count.limit", 5),
        number(found, "share.partition.max.record.locks", 2_000));
  }

  private static int number(Config found, String name, int byDefault) {
    ConfigEntry entry = found.get(name);
    return entry == null || entry.value() == null ? byDefault : Integer.parseInt(entry.value());
  }
}
