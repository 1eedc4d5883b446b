package dev.weir.stream;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;

/** Topics as the console tools of Kafka write and read them. */
final class TestingTopic implements AutoCloseable {
  private static final long LIMIT_NANOS = Duration.ofSeconds(30).toNanos();

  private final StreamConfig config;
  private final KafkaClients clients;
  private final Producer<byte[], byte[]> producer;

  TestingTopic(StreamConfig config) {
    this.config = config;
    this.clients = new KafkaClients(config, null);
    this.producer = clients.producer("testing-topic");
  }

  /** A line without key and headers, as the console producer writes it. */
  RecordMetadata write(String line) {
    return write(
        new ProducerRecord<>(new Topics(config.prefix()).requests("echo"), Records.utf8(line)));
  }

  RecordMetadata write(ProducerRecord<byte[], byte[]> record) {
    try {
      return producer.send(record).get();
    } catch (ExecutionException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  String topicId(String topic) {
    try (StreamAdmin admin = new StreamAdmin(config)) {
      return admin.topicId(topic);
    }
  }

  /** From the beginning of all partitions to the first record that is the last. */
  List<ConsumerRecord<byte[], byte[]>> readUntil(
      String topic, Predicate<ConsumerRecord<byte[], byte[]>> last) {
    List<ConsumerRecord<byte[], byte[]>> seen = new ArrayList<>();
    long end = System.nanoTime() + LIMIT_NANOS;
    try (Consumer<byte[], byte[]> consumer = clients.reader("testing-reader")) {
      List<TopicPartition> all =
          consumer.partitionsFor(topic).stream()
              .map(p -> new TopicPartition(topic, p.partition()))
              .toList();
      consumer.assign(all);
      consumer.seekToBeginning(all);
      while (System.nanoTime() < end) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
          seen.add(record);
          if (last.test(record)) {
            return seen;
          }
        }
      }
    }
    throw new AssertionError("not in " + topic + ": " + seen);
  }

  @Override
  public void close() {
    producer.close();
    clients.close();
  }
}
