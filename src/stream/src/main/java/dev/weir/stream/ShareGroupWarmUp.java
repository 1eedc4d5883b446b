package dev.weir.stream;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Joins a share group once on a new broker: the first join creates the group's state topic, which
 * takes 3 to 6 s that no request should wait for.
 */
final class ShareGroupWarmUp {
  private static final Logger log = LoggerFactory.getLogger(ShareGroupWarmUp.class);
  private static final String STATE_TOPIC = "__share_group_state";
  private static final String NAME = "weir-warm-up";
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private ShareGroupWarmUp() {}

  static void run(String bootstrap) {
    Map<String, Object> client = Map.of("bootstrap.servers", bootstrap, "client.id", NAME);
    try (Admin admin = Admin.create(client)) {
      boolean begun = exists(admin, NAME); // a start was killed right here
      if (exists(admin, STATE_TOPIC) && !begun) {
        return;
      }
      if (!begun) {
        admin.createTopics(List.of(new NewTopic(NAME, 1, (short) 1))).all().get();
      }
      // A record that is sent before every partition has answered once can be lost (KAFKA-15591).
      var all = Map.of(new TopicPartition(NAME, 0), OffsetSpec.latest());
      NewTopics.ask(() -> admin.listOffsets(all).all());
      ConfigResource group = new ConfigResource(ConfigResource.Type.GROUP, NAME);
      admin
          .incrementalAlterConfigs(
              Map.of(
                  group,
                  List.of(
                      new AlterConfigOp(
                          new ConfigEntry("share.auto.offset.reset", "earliest"),
                          AlterConfigOp.OpType.SET))))
          .all()
          .get();
      write(bootstrap);
      read(bootstrap);
      admin.deleteTopics(List.of(NAME)).all().get();
      forget(admin);
    } catch (ExecutionException e) {
      throw new BrokerException("the embedded broker does not answer: " + e.getCause(), e);
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  private static void forget(Admin admin) throws InterruptedException {
    try {
      admin.deleteShareGroups(List.of(NAME)).all().get();
    } catch (ExecutionException e) {
      log.debug("the group of the warm-up stays, without members", e);
    }
  }

  private static void write(String bootstrap) throws ExecutionException, InterruptedException {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", bootstrap, "client.id", NAME),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      producer.send(new ProducerRecord<>(NAME, new byte[0])).get();
    }
  }

  /** Only a record that was delivered shows that the group works. */
  private static void read(String bootstrap) {
    long end = System.nanoTime() + LIMIT.toNanos();
    try (KafkaShareConsumer<byte[], byte[]> consumer =
        new KafkaShareConsumer<>(
            Map.of("bootstrap.servers", bootstrap, "client.id", NAME, "group.id", NAME),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      consumer.subscribe(List.of(NAME));
      while (consumer.poll(Duration.ofMillis(100)).isEmpty()) {
        if (System.nanoTime() > end) {
          throw new BrokerException("share groups are not ready after " + LIMIT.toSeconds() + " s");
        }
      }
      consumer.commitSync(); // what was polled is accepted
    }
  }

  private static boolean exists(Admin admin, String topic)
      throws ExecutionException, InterruptedException {
    return admin
        .listTopics(new ListTopicsOptions().listInternal(true))
        .names()
        .get()
        .contains(topic);
  }
}
