package dev.weir.stream;

import dev.weir.proto.ContentType;
import dev.weir.proto.v1.Chunk;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/** Writes chunks by hand, as any worker could. */
final class TestingLog implements AutoCloseable {
  private final KafkaClients clients;
  private final Producer<byte[], byte[]> producer;
  private final String topic;

  TestingLog(StreamConfig config) {
    this.clients = new KafkaClients(config, null);
    this.producer = clients.producer("testing-log");
    this.topic = new Topics(config.prefix()).chunks();
  }

  /** The partition that an id belongs to. */
  static int partition(String id) {
    return RequestIds.partition(id, TestingBroker.PARTITIONS);
  }

  Cursor write(String id, Chunk chunk) {
    return write(id, chunk, null);
  }

  /** With a time of its own, where the topic takes it. */
  Cursor write(String id, Chunk chunk, @Nullable Long timeMs) {
    var record =
        Records.chunk(
            topic, partition(id), id, chunk, ContentType.PROTOBUF, RequestHeaders.NONE, "/test", 0);
    try {
      var written =
          producer
              .send(
                  new ProducerRecord<>(
                      topic, partition(id), timeMs, record.key(), record.value(), record.headers()))
              .get();
      return new Cursor(written.partition(), written.offset());
    } catch (ExecutionException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Many, without waiting for each. */
  void writeAll(List<String> ids, Function<String, Chunk> chunk) {
    for (String id : ids) {
      var unused =
          producer.send(
              Records.chunk(
                  topic,
                  partition(id),
                  id,
                  chunk.apply(id),
                  ContentType.PROTOBUF,
                  RequestHeaders.NONE,
                  "/test",
                  0));
    }
    producer.flush();
  }

  @Override
  public void close() {
    producer.close();
    clients.close();
  }
}
