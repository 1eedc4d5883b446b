package dev.weir.stream;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InterruptException;

/**
 * What tests of failures and of load ask of the topics and groups while they run: who leads them,
 * whether all replicas are there, that they take no writes for a while, how often members report.
 * Each call blocks for 5 s at most.
 */
public final class TopicOperations implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(5);

  private final StreamConfig config;
  private final Topics topics;
  private final KafkaClients clients;
  private final Admin admin;

  public TopicOperations(StreamConfig config) {
    this.config = config;
    this.topics = new Topics(config.prefix());
    this.clients = new KafkaClients(config, null);
    this.admin = clients.admin("operations", LIMIT);
  }

  /**
   * The broker that leads a partition of the chunk log; -1 if none does.
   *
   * @throws StreamUnavailableException if Kafka does not answer
   */
  public int leader(int chunkPartition) {
    String chunks = topics.chunks();
    TopicDescription found =
        Objects.requireNonNull(
            get(admin.describeTopics(List.of(chunks)).allTopicNames()).get(chunks));
    Node leader = found.partitions().get(chunkPartition).leader();
    return leader == null ? -1 : leader.id();
  }

  /**
   * Whether every partition of every topic, Kafka's own too, has all its replicas in sync.
   *
   * @throws StreamUnavailableException if Kafka does not answer
   */
  public boolean inSync() {
    Collection<String> names =
        get(admin.listTopics(new ListTopicsOptions().listInternal(true)).names());
    Collection<TopicDescription> found = get(admin.describeTopics(names).allTopicNames()).values();
    return found.stream()
        .flatMap(topic -> topic.partitions().stream())
        .allMatch(partition -> partition.isr().size() == partition.replicas().size());
  }

  /**
   * Has the chunk topic and a model's request topic take a record only if so many replicas are in
   * sync: more than there are at the time refuses all writes.
   *
   * @throws StreamUnavailableException if Kafka does not answer
   */
  public void requireInsync(String model, int replicas) {
    Map<ConfigResource, Collection<AlterConfigOp>> changes = new HashMap<>();
    ConfigEntry entry = new ConfigEntry("min.insync.replicas", Integer.toString(replicas));
    for (String topic : List.of(topics.chunks(), topics.requests(model))) {
      changes.put(
          new ConfigResource(ConfigResource.Type.TOPIC, topic),
          List.of(new AlterConfigOp(entry, AlterConfigOp.OpType.SET)));
    }
    get(admin.incrementalAlterConfigs(changes).all());
  }

  /**
   * How often each member of a model's worker group tells that it lives. Brokers of Weir's own say
   * 0.5 s, Kafka's default is 5 s.
   *
   * @throws StreamUnavailableException if Kafka does not answer
   */
  public void heartbeat(String model, Duration interval) {
    ConfigResource group = new ConfigResource(ConfigResource.Type.GROUP, topics.workers(model));
    ConfigEntry entry =
        new ConfigEntry("share.heartbeat.interval.ms", Long.toString(interval.toMillis()));
    get(
        admin
            .incrementalAlterConfigs(
                Map.of(group, List.of(new AlterConfigOp(entry, AlterConfigOp.OpType.SET))))
            .all());
  }

  private <T> T get(KafkaFuture<T> answer) {
    try {
      return answer.get();
    } catch (ExecutionException e) {
      throw new StreamUnavailableException(
          "Kafka at %s does not answer: %s".formatted(config.bootstrap(), e.getMessage()), e);
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  @Override
  public void close() {
    admin.close(Duration.ofSeconds(1));
    clients.close();
  }
}
