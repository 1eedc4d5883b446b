package dev.weir.bench.stream;

import java.lang.management.ManagementFactory;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;

/**
 * What the broker of this process has counted of a topic.
 *
 * @param records written
 * @param bytesIn of batches written, as they lie in the log
 * @param bytesOut of batches that consumers have fetched
 */
record BrokerCounters(long records, long bytesIn, long bytesOut) {

  static BrokerCounters of(String topic) {
    return new BrokerCounters(
        count(topic, "MessagesInPerSec"),
        count(topic, "BytesInPerSec"),
        count(topic, "BytesOutPerSec"));
  }

  BrokerCounters minus(BrokerCounters before) {
    return new BrokerCounters(
        records - before.records, bytesIn - before.bytesIn, bytesOut - before.bytesOut);
  }

  /** 0 as long as nothing was counted. */
  private static long count(String topic, String name) {
    MBeanServer server = ManagementFactory.getPlatformMBeanServer();
    try {
      ObjectName bean =
          new ObjectName(
              "kafka.server:type=BrokerTopicMetrics,name=%s,topic=%s".formatted(name, topic));
      return server.isRegistered(bean) ? (Long) server.getAttribute(bean, "Count") : 0;
    } catch (JMException e) {
      throw new IllegalStateException("the broker does not tell " + name, e);
    }
  }
}
