package dev.weir.stream;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The partitions of the chunk log that this gateway owns: it draws ids there, so that each gateway
 * reads its share of the traffic. The group assigns; nothing is read here.
 */
public final class GatewayPartitions implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(GatewayPartitions.class);
  private static final Duration POLL = Duration.ofMillis(500);

  private final KafkaClients clients;
  private final Consumer<byte[], byte[]> consumer;
  private final java.util.function.Consumer<Set<Integer>> onChange;
  private final Thread thread;
  private volatile Set<Integer> owned = Set.of();
  private volatile boolean closed;

  /**
   * Joins the group.
   *
   * @param onChange hears of every change, on a thread of its own: {@link KafkaStreamReader#own}
   */
  public GatewayPartitions(
      StreamConfig config, java.util.function.Consumer<Set<Integer>> onChange) {
    Topics topics = new Topics(config.prefix());
    this.onChange = onChange;
    this.clients = new KafkaClients(config, null);
    this.consumer =
        clients.consumer(
            "gateway-partitions",
            Map.of(
                "group.id",
                topics.gateways(),
                "auto.offset.reset",
                "latest",
                "partition.assignment.strategy",
                CooperativeStickyAssignor.class.getName()));
    this.thread =
        Thread.ofPlatform().name("weir-gateway-partitions").start(() -> run(topics.chunks()));
  }

  /** The partitions now; empty before the group's first assignment. Any thread. */
  public Set<Integer> owned() {
    return owned;
  }

  private void run(String topic) {
    try (consumer) {
      consumer.subscribe(List.of(topic), new Changes());
      while (!closed) {
        poll();
      }
    } catch (WakeupException | InterruptException _) {
      log.debug("closed");
    }
  }

  private void poll() {
    try {
      consumer.poll(POLL);
    } catch (WakeupException | InterruptException e) {
      throw e;
    } catch (KafkaException e) {
      log.error("cannot join the gateways' group", e);
      pause();
    }
  }

  static void pause() {
    try {
      Thread.sleep(POLL);
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  private final class Changes implements ConsumerRebalanceListener {
    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> added) {
      consumer.pause(consumer.assignment());
      changed();
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> removed) {
      Set<TopicPartition> left = new java.util.HashSet<>(consumer.assignment());
      left.removeAll(removed);
      changed(left);
    }
  }

  private void changed() {
    changed(consumer.assignment());
  }

  private void changed(Set<TopicPartition> assigned) {
    owned =
        assigned.stream().map(TopicPartition::partition).collect(Collectors.toUnmodifiableSet());
    onChange.accept(owned);
  }

  @Override
  public void close() {
    closed = true;
    consumer.wakeup();
    LiveTail.join(thread);
    clients.close();
  }
}
