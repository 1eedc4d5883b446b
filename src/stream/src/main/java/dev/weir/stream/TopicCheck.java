package dev.weir.stream;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.TopicDescription;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Holds topics as they are against their plans: what would break the streams is an error. */
record TopicCheck(Map<String, TopicDescription> topics, Map<String, Config> configs) {
  private static final Logger log = LoggerFactory.getLogger(TopicCheck.class);

  static int replicas(TopicDescription topic) {
    return topic.partitions().getFirst().replicas().size();
  }

  void check(List<TopicPlan> plans) {
    List<String> wrong = new ArrayList<>();
    for (TopicPlan plan : plans) {
      check(plan, wrong);
    }
    if (!wrong.isEmpty()) {
      throw new StreamSetupException(String.join("; ", wrong));
    }
  }

  private void check(TopicPlan plan, List<String> wrong) {
    String name = plan.name();
    TopicDescription topic = topics.get(name);
    if (topic == null) {
      wrong.add("topic " + name + " is gone");
      return;
    }
    int partitions = topic.partitions().size();
    if (plan.onePartition() && partitions != 1) {
      wrong.add(
          "topic %s has %d partitions, but must have 1: delete and create it anew"
              .formatted(name, partitions));
    }
    plan.required()
        .forEach((setting, value) -> {
          String found = value(name, setting);
          if (!words(found).equals(words(value))) {
            wrong.add(
                "topic %s has %s=%s, but must have %s".formatted(name, setting, found, value));
          }
        });
    checkRetention(plan, wrong);
    checkReplication(name, topic, wrong);
  }

  private void checkRetention(TopicPlan plan, List<String> wrong) {
    long kept = Long.parseLong(value(plan.name(), "retention.ms"));
    if (plan.minRetentionMs() > 0 && kept >= 0 && kept < plan.minRetentionMs()) {
      wrong.add(
          "topic %s has retention.ms=%d, but records must be kept longer than the life of a request, %d"
              .formatted(plan.name(), kept, TopicPlan.LIFE.toMillis()));
    }
    if (plan.onePartition()) { // requests
      String chunks =
          topics.keySet().stream().filter(t -> t.endsWith(".chunks")).findAny().orElseThrow();
      long chunksKept = Long.parseLong(value(chunks, "retention.ms"));
      if (chunksKept >= 0 && (kept < 0 || kept > chunksKept)) {
        wrong.add(
            "topic %s has retention.ms=%d, but must not keep requests longer than %s keeps chunks, %d"
                .formatted(plan.name(), kept, chunks, chunksKept));
      }
    }
  }

  private void checkReplication(String name, TopicDescription topic, List<String> wrong) {
    int replicas = replicas(topic);
    int insync = Integer.parseInt(value(name, "min.insync.replicas"));
    if (replicas >= 3 && insync < 2) {
      wrong.add(
          "topic %s has min.insync.replicas=%d of %d, but a record must be on 2 before it counts"
              .formatted(name, insync, replicas));
    }
    if (replicas > 1 && Boolean.parseBoolean(value(name, "unclean.leader.election.enable"))) {
      wrong.add(
          "topic %s has unclean.leader.election.enable=true, which can lose records"
              .formatted(name));
    }
    if (replicas == 2) {
      log.warn("topic {} has 2 replicas: it either loses records or stops when one fails", name);
    }
  }

  private String value(String topic, String setting) {
    Config config = configs.get(topic);
    ConfigEntry entry = config == null ? null : config.get(setting);
    String value = entry == null ? null : entry.value();
    if (value == null) {
      throw new StreamSetupException("topic " + topic + " does not tell its " + setting);
    }
    return value;
  }

  private static Set<String> words(String list) {
    return Set.copyOf(Arrays.asList(list.replace(" ", "").split(",", -1)));
  }
}
