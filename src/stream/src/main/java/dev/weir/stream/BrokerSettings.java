package dev.weir.stream;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The configuration of a broker of Weir's own: each node is broker and controller in one. */
final class BrokerSettings {
  static final String CONTROLLER_LISTENER = "CONTROLLER";
  private static final String CLIENT_LISTENER = "PLAINTEXT";

  private BrokerSettings() {}

  /**
   * @param port of the listener for clients
   * @param quorum ports of all controllers, this one's too
   */
  static Map<String, String> of(BrokerOptions options, Path logs, int port, List<Integer> quorum) {
    Map<String, String> settings = new HashMap<>();
    settings.put("process.roles", "broker,controller");
    settings.put("node.id", Integer.toString(options.node()));
    listeners(settings, options, port, quorum.get(options.node() - 1));
    List<String> voters = new ArrayList<>();
    for (int i = 0; i < quorum.size(); i++) {
      voters.add("%d@127.0.0.1:%d".formatted(i + 1, quorum.get(i)));
    }
    settings.put("controller.quorum.voters", String.join(",", voters));
    settings.put("log.dirs", logs.toString());
    settings.put("auto.create.topics.enable", "false");
    replication(settings, options);
    groups(settings);
    small(settings);
    return settings;
  }

  private static void listeners(
      Map<String, String> settings, BrokerOptions options, int port, int controllerPort) {
    List<String> names = new ArrayList<>();
    List<String> bound = new ArrayList<>();
    List<String> advertised = new ArrayList<>();
    names.add(CLIENT_LISTENER);
    bound.add(CLIENT_LISTENER + "://127.0.0.1:" + port);
    advertised.add(CLIENT_LISTENER + "://127.0.0.1:" + port);
    for (BrokerOptions.External external : options.externals()) {
      String name = "EXTERNAL" + names.size();
      names.add(name);
      bound.add(name + "://127.0.0.1:" + external.port());
      advertised.add(name + "://" + external.address());
    }
    names.add(CONTROLLER_LISTENER);
    bound.add(CONTROLLER_LISTENER + "://127.0.0.1:" + controllerPort);
    settings.put("listeners", String.join(",", bound));
    settings.put("advertised.listeners", String.join(",", advertised));
    settings.put("controller.listener.names", CONTROLLER_LISTENER);
    settings.put("inter.broker.listener.name", CLIENT_LISTENER);
    settings.put(
        "listener.security.protocol.map",
        names.stream().map(name -> name + ":PLAINTEXT").collect(Collectors.joining(",")));
  }

  private static void replication(Map<String, String> settings, BrokerOptions options) {
    String replicas = Integer.toString(options.replicas());
    String minInsync = Integer.toString(options.minInsync());
    settings.put("default.replication.factor", replicas);
    settings.put("min.insync.replicas", minInsync);
    settings.put("offsets.topic.replication.factor", replicas);
    settings.put("transaction.state.log.replication.factor", replicas);
    settings.put("transaction.state.log.min.isr", minInsync);
    settings.put("share.coordinator.state.topic.replication.factor", replicas);
    settings.put("share.coordinator.state.topic.min.isr", minInsync);
    settings.put("unclean.leader.election.enable", "false");
    // After a crash the controller still waits for the session of the broker's last life:
    // restart in 4.6 s instead of 13 s (measured). Of several brokers each has to wait for others.
    settings.put("broker.session.timeout.ms", options.isAlone() ? "2000" : "3000");
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
    // A broker that stops forgets what was set for groups while locks still expire on it: with the
    // default of 5 it drops what a group may be given 25 times (bench stream --faults lost a
    // stream).
    // 10 is the most that it takes here.
    settings.put("group.share.delivery.count.limit", "10");
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
