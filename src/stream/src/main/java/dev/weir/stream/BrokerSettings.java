package dev.weir.stream;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** The configuration of the embedded broker: one node that is broker and controller in one. */
final class BrokerSettings {
  static final int NODE_ID = 1;
  static final String CONTROLLER_LISTENER = "CONTROLLER";

  private BrokerSettings() {}

  static Map<String, String> of(Path logs, int port, int controllerPort) {
    Map<String, String> settings = new HashMap<>();
    String broker = "PLAINTEXT://127.0.0.1:" + port;
    settings.put("process.roles", "broker,controller");
    settings.put("node.id", Integer.toString(NODE_ID));
    settings.put(
        "listeners", broker + "," + CONTROLLER_LISTENER + "://127.0.0.1:" + controllerPort);
    settings.put("advertised.listeners", broker);
    settings.put("controller.listener.names", CONTROLLER_LISTENER);
    settings.put(
        "listener.security.protocol.map",
        "PLAINTEXT:PLAINTEXT," + CONTROLLER_LISTENER + ":PLAINTEXT");
    settings.put("controller.quorum.voters", NODE_ID + "@127.0.0.1:" + controllerPort);
    settings.put("log.dirs", logs.toString());
    settings.put("auto.create.topics.enable", "false");
    oneNode(settings);
    groups(settings);
    small(settings);
    return settings;
  }

  /** There is nobody to replicate to. */
  private static void oneNode(Map<String, String> settings) {
    settings.put("default.replication.factor", "1");
    settings.put("min.insync.replicas", "1");
    settings.put("offsets.topic.replication.factor", "1");
    settings.put("transaction.state.log.replication.factor", "1");
    settings.put("transaction.state.log.min.isr", "1");
    settings.put("share.coordinator.state.topic.replication.factor", "1");
    settings.put("share.coordinator.state.topic.min.isr", "1");
    // After a crash the controller still waits for the session of the broker's last life:
    // restart in 4.6 s instead of 13 s (measured).
    settings.put("broker.session.timeout.ms", "2000");
    settings.put("broker.heartbeat.interval.ms", "500");
  }

  private static void groups(Map<String, String> settings) {
    settings.put("group.initial.rebalance.delay.ms", "0");
    settings.put("group.streams.initial.rebalance.delay.ms", "0");
    settings.put("group.streams.assignment.interval.ms", "0");
    settings.put("group.share.assignment.interval.ms", "0");
    // A share group's members join in 0.1 s instead of 5 s (measured).
    settings.put("group.share.heartbeat.interval.ms", "500");
    settings.put("group.share.min.heartbeat.interval.ms", "500");
    // When the state topic is not there yet, the first joining fails; 30 s until the next is long.
    settings.put("group.share.initialize.retry.interval.ms", "1000");
    settings.put("group.share.min.record.lock.duration.ms", "1000");
    settings.put("group.share.max.delivery.count.limit", "25");
    settings.put("group.share.max.partition.max.record.locks", "10000");
    settings.put("group.share.max.size", "1000");
  }

  /** One user's machine, not a cluster. */
  private static void small(Map<String, String> settings) {
    settings.put("offsets.topic.num.partitions", "4");
    settings.put("transaction.state.log.num.partitions", "4");
    settings.put("share.coordinator.state.topic.num.partitions", "4");
    settings.put("num.network.threads", "2");
    settings.put("num.io.threads", "4");
    settings.put("background.threads", "2");
    settings.put("log.cleaner.threads", "1");
    settings.put("log.cleaner.dedupe.buffer.size", "2097152");
    settings.put("log.segment.bytes", "67108864");
    settings.put("metadata.log.segment.bytes", "8388608");
    settings.put("metadata.max.retention.bytes", "67108864");
    settings.put("telemetry.max.bytes", "1048576");
  }
}
