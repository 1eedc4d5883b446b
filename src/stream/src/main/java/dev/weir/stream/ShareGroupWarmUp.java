package dev.weir.stream;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Joins a share group once on a new broker: the first join creates the group's state topic, which
 * takes 3 to 6 s that no request should wait for.
 */
final class ShareGroupWarmUp {
  private static final String STATE_TOPIC = "__share_group_state";
  private static final String NAME = "weir-warm-up";
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private ShareGroupWarmUp() {}

  static void run(String bootstrap) {
    Map<String, Object> client = Map.of("bootstrap.servers", bootstrap, "client.id", NAME);
    try (Admin admin = Admin.create(client)) {
      if (stateTopicExists(admin)) {
        return;
      }
      admin.createTopics(List.of(new NewTopic(NAME, 1, (short) 1))).all().get();
      join(bootstrap, admin);
      admin.deleteTopics(List.of(NAME)).all().get();
    } catch (ExecutionException e) {
      throw new BrokerException("the embedded broker does not answer: " + e.getCause(), e);
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  private static void join(String bootstrap, Admin admin)
      throws ExecutionException, InterruptedException {
    long end = System.nanoTime() + LIMIT.toNanos();
    try (KafkaShareConsumer<byte[], byte[]> consumer =
        new KafkaShareConsumer<>(
            Map.of("bootstrap.servers", bootstrap, "client.id", NAME, "group.id", NAME),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      consumer.subscribe(List.of(NAME));
      while (!stateTopicExists(admin)) {
        if (System.nanoTime() > end) {
          throw new BrokerException("share groups are not ready after " + LIMIT.toSeconds() + " s");
        }
        consumer.poll(Duration.ofMillis(100));
      }
    }
  }

  private static boolean stateTopicExists(Admin admin)
      throws ExecutionException, InterruptedException {
    return admin
        .listTopics(new ListTopicsOptions().listInternal(true))
        .names()
        .get()
        .contains(STATE_TOPIC);
  }
}
