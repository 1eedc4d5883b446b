package dev.weir.stream;

import dev.weir.proto.InvalidRequestException;
import dev.weir.proto.v1.Control;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the cancellations: from the beginning of the control topic, all of it before any request is
 * taken, and on.
 */
final class ControlLog implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ControlLog.class);
  private static final Duration POLL = Duration.ofMillis(500);

  private final Consumer<byte[], byte[]> consumer;
  private final String topic;
  private final CountDownLatch ready = new CountDownLatch(1);
  private final CancelledRequests cancelled;
  private final Thread thread;
  private volatile boolean closed;

  ControlLog(Consumer<byte[], byte[]> consumer, String topic, InstantSource clock) {
    this.consumer = consumer;
    this.topic = topic;
    this.cancelled = new CancelledRequests(clock);
    this.thread = Thread.ofPlatform().name("weir-control").start(this::run);
  }

  /** Waits until all that lay in the topic has been read; false if it was closed before. */
  boolean awaitReady() throws InterruptedException {
    ready.await();
    return !closed;
  }

  /** What was read so far. */
  CancelledRequests cancelled() {
    return cancelled;
  }

  private void run() {
    try (consumer) {
      while (!closed) {
        try {
          follow();
        } catch (WakeupException | InterruptException e) {
          throw e;
        } catch (KafkaException e) {
          log.warn("cannot read {}: {}", topic, e.getMessage());
          Thread.sleep(POLL); // not a wait for anything: it spares a broker that is away
        }
      }
    } catch (WakeupException | InterruptException | InterruptedException _) {
      log.debug("closed");
    } finally {
      ready.countDown();
    }
  }

  private void follow() {
    List<TopicPartition> all =
        consumer.partitionsFor(topic).stream()
            .map(p -> new TopicPartition(topic, p.partition()))
            .toList();
    Map<TopicPartition, Long> ends = consumer.endOffsets(all);
    consumer.assign(all);
    consumer.seekToBeginning(all);
    while (!closed) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        take(record);
      }
      if (ready.getCount() > 0
          && ends.entrySet().stream()
              .allMatch(end -> consumer.position(end.getKey()) >= end.getValue())) {
        ready.countDown();
      }
    }
  }

  private void take(ConsumerRecord<byte[], byte[]> record) {
    if (record.value() == null) {
      return;
    }
    try {
      Control control =
          ChunkRecords.CODEC
              .decodeControl(ChunkRecords.key(record), record.value(), ChunkRecords.headers(record))
              .message();
      if (control.hasCancel()) {
        cancelled.cancel(
            control.getCancel().getRequestId(),
            control.getCancel().getReason(),
            record.timestamp());
      }
    } catch (InvalidRequestException e) {
      log.warn("the record at {}@{} is no control: {}", topic, record.offset(), e.getMessage());
    } catch (RuntimeException e) { // one record must not end the hearing of all others
      log.error("the record at {}@{} cannot be obeyed", topic, record.offset(), e);
    }
  }

  @Override
  public void close() {
    closed = true;
    consumer.wakeup();
    LiveTail.join(thread);
  }
}
