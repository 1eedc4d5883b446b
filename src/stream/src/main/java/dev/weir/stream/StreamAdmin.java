package dev.weir.stream;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Creates topics and group settings, and checks those that are there already. */
public final class StreamAdmin implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(StreamAdmin.class);
  private static final int PROBE_LIMIT_MS = 2000;
  private static final int ANSWER_LIMIT_MS = 4000;
  private static final Duration CREATE_LIMIT = Duration.ofSeconds(20);

  /** Settings of a group reach the broker's own view of them within milliseconds, mostly. */
  private static final Duration SETTINGS_LIMIT = Duration.ofSeconds(5);

  private static final long SETTINGS_PAUSE_MS = 50;

  private final StreamConfig config;
  private final Topics topics;
  private final KafkaClients clients;
  private final Admin admin;

  public StreamAdmin(StreamConfig config) {
    this.config = config;
    this.topics = new Topics(config.prefix());
    this.clients = new KafkaClients(config, null);
    try {
      this.admin = clients.admin("admin", CREATE_LIMIT);
    } catch (KafkaException e) { // a bootstrap address that no resolver knows, or a wrong setting
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new StreamSetupException(
          "no Kafka client for %s: %s".formatted(config.bootstrap(), cause.getMessage()), e);
    }
  }

  /**
   * Makes sure that all topics are there and right, and that what is written to them now will be
   * delivered. May be repeated.
   *
   * @param models that are served here: their request topics and worker groups
   * @throws StreamUnavailableException within a few seconds if Kafka does not answer
   * @throws StreamSetupException if something is there, but wrong
   */
  public void ensure(Collection<String> models) {
    answerOrThrow();
    List<TopicPlan> plans = new ArrayList<>(TopicPlan.common(topics, config.chunkPartitions()));
    models.forEach(model -> plans.add(TopicPlan.requests(topics, model)));
    List<String> created = new ArrayList<>();
    for (TopicPlan plan : plans) {
      if (create(plan)) {
        created.add(plan.name());
      }
    }
    Map<String, TopicDescription> found = describe(plans);
    secureReplication(created, found);
    new TopicCheck(found, configs(plans)).check(plans);
    awaitLeaders(found.values());
    models.forEach(this::ensureGroup);
  }

  /**
   * The settings that the broker granted to a model's worker group, as soon as it reports them;
   * what it reports after a few seconds if it never does.
   */
  GroupSettings group(String model) {
    long end = System.nanoTime() + SETTINGS_LIMIT.toNanos();
    Config found = groupConfig(model);
    while (!GroupSettings.areSet(found) && System.nanoTime() < end) {
      try {
        TimeUnit.MILLISECONDS.sleep(SETTINGS_PAUSE_MS);
      } catch (InterruptedException e) {
        throw new InterruptException(e);
      }
      found = groupConfig(model);
    }
    GroupSettings settings = GroupSettings.of(found, brokerConfigs());
    if (!GroupSettings.areSet(found)) {
      log.warn(
          "the broker does not report what was set for the group {}: it goes on with {}",
          topics.workers(model),
          settings);
    }
    return settings;
  }

  private Config groupConfig(String model) {
    ConfigResource group = new ConfigResource(ConfigResource.Type.GROUP, topics.workers(model));
    return Objects.requireNonNull(
        get(admin.describeConfigs(List.of(group)).all(), "describe the group").get(group));
  }

  /** Empty where a cluster does not show them to its clients. */
  private Collection<Config> brokerConfigs() {
    try {
      List<ConfigResource> brokers =
          admin.describeCluster().nodes().get().stream()
              .map(node -> new ConfigResource(ConfigResource.Type.BROKER, node.idString()))
              .toList();
      return admin.describeConfigs(brokers).all().get().values();
    } catch (ExecutionException e) {
      log.info("the brokers' settings cannot be seen: {}", e.getMessage());
      return List.of();
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  /** The id that Kafka gave a topic. */
  String topicId(String topic) {
    Map<String, TopicDescription> found =
        get(admin.describeTopics(List.of(topic)).allTopicNames(), "describe the topic " + topic);
    return Objects.requireNonNull(found.get(topic)).topicId().toString();
  }

  private void answerOrThrow() {
    var options = new DescribeClusterOptions().timeoutMs(ANSWER_LIMIT_MS);
    get(admin.describeCluster(options).nodes(), "describe the cluster");
  }

  private boolean create(TopicPlan plan) {
    NewTopic topic =
        new NewTopic(plan.name(), plan.partitions(), config.replicationFactor())
            .configs(plan.settings());
    try {
      admin.createTopics(List.of(topic)).all().get();
      return true;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof TopicExistsException) {
        return false;
      }
      throw failure("create the topic " + plan.name(), e);
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  private Map<String, TopicDescription> describe(List<TopicPlan> plans) {
    List<String> names = plans.stream().map(TopicPlan::name).toList();
    return getOfNew(() -> admin.describeTopics(names).allTopicNames(), "describe the topics");
  }

  private Map<String, Config> configs(List<TopicPlan> plans) {
    List<ConfigResource> resources =
        plans.stream().map(p -> new ConfigResource(ConfigResource.Type.TOPIC, p.name())).toList();
    Map<String, Config> configs = new HashMap<>();
    getOfNew(() -> admin.describeConfigs(resources).all(), "describe the topics' settings")
        .forEach((resource, found) -> configs.put(resource.name(), found));
    return configs;
  }

  /** Two of three must have a record before it counts. */
  private void secureReplication(List<String> created, Map<String, TopicDescription> found) {
    Map<ConfigResource, Collection<AlterConfigOp>> changes = new HashMap<>();
    for (String name : created) {
      TopicDescription topic = found.get(name);
      if (topic != null && TopicCheck.replicas(topic) >= 3) {
        changes.put(
            new ConfigResource(ConfigResource.Type.TOPIC, name),
            List.of(set("min.insync.replicas", "2")));
      }
    }
    if (!changes.isEmpty()) {
      get(admin.incrementalAlterConfigs(changes).all(), "set min.insync.replicas");
    }
  }

  /**
   * Records sent right after a topic's creation can be lost (KAFKA-15591), until every partition
   * has answered once.
   */
  private void awaitLeaders(Collection<TopicDescription> found) {
    Map<TopicPartition, OffsetSpec> all = new HashMap<>();
    for (TopicDescription topic : found) {
      topic
          .partitions()
          .forEach(
              p -> all.put(new TopicPartition(topic.name(), p.partition()), OffsetSpec.latest()));
    }
    getOfNew(() -> admin.listOffsets(all).all(), "reach every partition");
  }

  private void ensureGroup(String model) {
    ConfigResource group = new ConfigResource(ConfigResource.Type.GROUP, topics.workers(model));
    // Kafka's default, latest, skips what was written before the first worker came.
    alter(group, "share.auto.offset.reset", "earliest");
    alter(group, "share.record.lock.duration.ms", Long.toString(config.lockDuration().toMillis()));
    // The broker's upper bounds differ; the most that it grants is best.
    alter(group, "share.delivery.count.limit", "25", "10");
    alter(group, "share.partition.max.record.locks", "10000", "4000", "2000");
  }

  /** Sets the first of the values that the broker allows. */
  private void alter(ConfigResource group, String name, String... values) {
    InvalidConfigurationException refused = null;
    for (String value : values) {
      try {
        admin.incrementalAlterConfigs(Map.of(group, List.of(set(name, value)))).all().get();
        return;
      } catch (ExecutionException e) {
        if (!(e.getCause() instanceof InvalidConfigurationException invalid)) {
          throw failure("set " + name + " of the group " + group.name(), e);
        }
        refused = invalid;
      } catch (InterruptedException e) {
        throw new InterruptException(e);
      }
    }
    throw new StreamSetupException(
        "the broker refuses %s=%s for the group %s: %s"
            .formatted(
                name,
                values[values.length - 1],
                group.name(),
                refused == null ? "" : refused.getMessage()),
        refused == null ? new IllegalArgumentException("no value") : refused);
  }

  private static AlterConfigOp set(String name, String value) {
    return new AlterConfigOp(new ConfigEntry(name, value), AlterConfigOp.OpType.SET);
  }

  private <T> T get(KafkaFuture<T> answer, String what) {
    try {
      return answer.get();
    } catch (ExecutionException e) {
      throw failure(what, e);
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  private <T> T getOfNew(Supplier<KafkaFuture<T>> question, String what) {
    try {
      return NewTopics.ask(question);
    } catch (ExecutionException e) {
      throw failure(what, e);
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  private RuntimeException failure(String what, ExecutionException e) {
    Throwable cause = Objects.requireNonNullElse(e.getCause(), e);
    if (cause instanceof TimeoutException) {
      return new StreamUnavailableException(
          "Kafka at %s does not answer; is it running there?".formatted(config.bootstrap()), cause);
    }
    if (cause instanceof AuthenticationException) {
      return new StreamSetupException(
          "Kafka at %s refuses these credentials: %s"
              .formatted(config.bootstrap(), cause.getMessage()),
          cause);
    }
    return new StreamSetupException(
        "Kafka at %s refuses to %s: %s".formatted(config.bootstrap(), what, cause.getMessage()),
        cause);
  }

  /** Whether Kafka answers within two seconds. Blocks for that long at most. */
  public boolean answers() {
    try {
      admin
          .describeCluster(new DescribeClusterOptions().timeoutMs(PROBE_LIMIT_MS))
          .nodes()
          .get(PROBE_LIMIT_MS, TimeUnit.MILLISECONDS);
      return true;
    } catch (ExecutionException | java.util.concurrent.TimeoutException e) {
      return false;
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  @Override
  public void close() {
    admin.close(Duration.ofSeconds(2));
    clients.close();
  }
}
