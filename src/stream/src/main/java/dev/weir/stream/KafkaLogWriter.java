package dev.weir.stream;

import dev.weir.proto.CloudEvents;
import dev.weir.proto.ContentType;
import dev.weir.proto.HeaderNames;
import dev.weir.proto.v1.Chunk;
import dev.weir.proto.v1.Failure;
import dev.weir.proto.v1.Result;
import io.micrometer.core.instrument.Counter;
import java.time.Duration;
import java.time.InstantSource;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes with one idempotent producer for the whole worker. */
final class KafkaLogWriter implements LogWriter, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(KafkaLogWriter.class);

  private final Producer<byte[], byte[]> producer;
  private final StreamConfig config;
  private final Topics topics;
  private final String source;
  private final InstantSource clock;
  private final Counter failedReplies;

  /**
   * @param source a URI reference of this worker
   */
  KafkaLogWriter(
      Producer<byte[], byte[]> producer,
      StreamConfig config,
      String source,
      InstantSource clock,
      Counter failedReplies) {
    this.producer = producer;
    this.config = config;
    this.topics = new Topics(config.prefix());
    this.source = source;
    this.clock = clock;
    this.failedReplies = failedReplies;
  }

  @Override
  public int partitions() {
    try {
      return producer.partitionsFor(topics.chunks()).size();
    } catch (KafkaException e) {
      throw new StreamUnavailableException(
          "Kafka at %s does not tell of %s: %s"
              .formatted(config.bootstrap(), topics.chunks(), e.getMessage()),
          e);
    }
  }

  @Override
  public void chunk(
      int partition,
      String requestId,
      Chunk chunk,
      ContentType type,
      RequestHeaders about,
      Outcome outcome) {
    send(
        Records.chunk(
            topics.chunks(), partition, requestId, chunk, type, about, source, clock.millis()),
        outcome);
  }

  @Override
  public void bury(Delivery delivery, Failure reason, int attempts, Outcome outcome) {
    send(DeadRecords.copy(topics.dead(), delivery, reason, attempts), outcome);
  }

  @Override
  public void reply(Result result, ContentType type, RequestHeaders about, Outcome outcome) {
    if (about.replyTopic() == null) {
      throw new IllegalArgumentException("nobody asked for a reply");
    }
    var record =
        new ProducerRecord<>(
            about.replyTopic(),
            Records.utf8(result.getRequestId()),
            ChunkRecords.CODEC.encodeResult(result, type));
    record.headers().add(HeaderNames.CONTENT_TYPE, type.headerValue());
    CloudEvents.ofResult(result.getRequestId(), source, clock.millis())
        .forEach(record.headers()::add);
    Records.add(record.headers(), HeaderNames.TENANT, about.tenant());
    Records.add(record.headers(), HeaderNames.TRACEPARENT, about.traceparent());
    Records.add(record.headers(), HeaderNames.CORRELATION_ID, about.correlationId());
    send(
        record,
        (offset, failure) -> {
          if (failure != null) {
            failedReplies.increment();
            log.warn(
                "the result of {} did not reach {}: {}",
                result.getRequestId(),
                record.topic(),
                failure.getMessage());
          }
          outcome.onDone(offset, failure);
        });
  }

  private void send(ProducerRecord<byte[], byte[]> record, Outcome outcome) {
    try {
      producer.send(
          record,
          (metadata, failure) -> outcome.onDone(failure == null ? metadata.offset() : -1, failure));
    } catch (KafkaException | IllegalStateException e) { // no room, or closed
      outcome.onDone(-1, e);
    }
  }

  @Override
  public void close() {
    producer.close(Duration.ofSeconds(2));
  }
}
