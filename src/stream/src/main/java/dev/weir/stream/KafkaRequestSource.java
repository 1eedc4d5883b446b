package dev.weir.stream;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ShareConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.InvalidRecordStateException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One share consumer: it holds one record at most. */
final class KafkaRequestSource implements RequestSource {
  private static final Logger log = LoggerFactory.getLogger(KafkaRequestSource.class);

  private final ShareConsumer<byte[], byte[]> consumer;
  private final DeliveryReader reader;
  private final Duration commitLimit;
  private @Nullable ConsumerRecord<byte[], byte[]> held;

  KafkaRequestSource(
      ShareConsumer<byte[], byte[]> consumer,
      String topic,
      DeliveryReader reader,
      Duration commitLimit) {
    this.consumer = consumer;
    this.reader = reader;
    this.commitLimit = commitLimit;
    consumer.subscribe(List.of(topic));
  }

  @Override
  public @Nullable Delivery take(Duration limit) {
    for (ConsumerRecord<byte[], byte[]> record : consumer.poll(limit)) {
      if (held == null) {
        held = record;
      } else {
        giveBack(record);
      }
    }
    return held == null ? null : reader.read(held);
  }

  /**
   * A renewal that got no answer counts as granted: the log is the fence, and the next one will
   * tell.
   */
  @Override
  public boolean renew() {
    if (held == null || !acknowledge(held, AcknowledgeType.RENEW)) {
      return false;
    }
    // A renewed record comes again with the next poll. With a time to wait, that poll would also
    // acquire others.
    ConsumerRecord<byte[], byte[]> before = held;
    held = null;
    for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ZERO)) {
      if (record.offset() == before.offset()) {
        held = record;
      } else {
        giveBack(record);
      }
    }
    if (held == null) {
      held = before;
    }
    return true;
  }

  @Override
  public boolean settle(Settlement settlement) {
    ConsumerRecord<byte[], byte[]> record = held;
    held = null;
    return record != null
        && acknowledge(
            record,
            switch (settlement) {
              case ACCEPT -> AcknowledgeType.ACCEPT;
              case RELEASE -> AcknowledgeType.RELEASE;
              case REJECT -> AcknowledgeType.REJECT;
            });
  }

  /** False if the broker refused. */
  private boolean acknowledge(ConsumerRecord<byte[], byte[]> record, AcknowledgeType type) {
    try {
      consumer.acknowledge(record, type);
      for (Map.Entry<TopicIdPartition, Optional<KafkaException>> answer :
          consumer.commitSync(commitLimit).entrySet()) {
        if (answer.getValue().isPresent()) {
          return refused(record, type, answer.getValue().get());
        }
      }
      return true;
    } catch (IllegalStateException e) { // the client knows that it holds the record no more
      log.info("{} of offset {} is too late: {}", type, record.offset(), e.getMessage());
      return false;
    } catch (InterruptException e) {
      throw e;
    } catch (KafkaException e) {
      return refused(record, type, e);
    }
  }

  private static boolean refused(
      ConsumerRecord<byte[], byte[]> record, AcknowledgeType type, KafkaException e) {
    log.info("{} of offset {} was not granted: {}", type, record.offset(), e.toString());
    return type == AcknowledgeType.RENEW && !(e instanceof InvalidRecordStateException);
  }

  /** One too many: it goes with the next acknowledgement. */
  private void giveBack(ConsumerRecord<byte[], byte[]> record) {
    log.warn("offset {} came beside another and goes back", record.offset());
    consumer.acknowledge(record, AcknowledgeType.RELEASE);
  }

  @Override
  public void close() {
    consumer.close(commitLimit);
  }
}
