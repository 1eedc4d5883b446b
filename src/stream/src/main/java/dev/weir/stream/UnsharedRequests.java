package dev.weir.stream;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The requests of a topic from now on, read by one consumer for all slots of a worker: nothing is
 * locked, and nothing delivered again. For measurements alone.
 */
final class UnsharedRequests implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(UnsharedRequests.class);
  private static final Duration POLL = Duration.ofMillis(100);
  private static final int LIMIT = 10_000;

  private final Consumer<byte[], byte[]> consumer;
  private final TopicPartition partition;
  private final DeliveryReader reader;
  private final BlockingQueue<Delivery> requests = new LinkedBlockingQueue<>(LIMIT);
  private final Thread thread;
  private volatile boolean closed;

  UnsharedRequests(Consumer<byte[], byte[]> consumer, String topic, DeliveryReader reader) {
    this.consumer = consumer;
    this.partition = new TopicPartition(topic, 0);
    this.reader = reader;
    consumer.assign(List.of(partition));
    consumer.seekToEnd(List.of(partition));
    consumer.position(partition); // from here on, and not from where the first poll finds the end
    this.thread = Thread.ofPlatform().daemon().name("weir-unshared").start(this::read);
  }

  private void read() {
    try (consumer) {
      while (!closed) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
          offer(reader.read(record));
        }
      }
    } catch (WakeupException | InterruptException | InterruptedException _) {
      log.debug("closed");
    }
  }

  private void offer(Delivery delivery) throws InterruptedException {
    while (!closed && !requests.offer(delivery, POLL.toMillis(), TimeUnit.MILLISECONDS)) {
      log.debug("all slots are taken");
    }
  }

  /** One slot's. */
  RequestSource source() {
    return new RequestSource() {
      private boolean holds;

      @Override
      public @Nullable Delivery take(Duration limit) {
        try {
          Delivery next = requests.poll(limit.toMillis(), TimeUnit.MILLISECONDS);
          holds = next != null;
          return next;
        } catch (InterruptedException e) {
          throw new InterruptException(e);
        }
      }

      @Override
      public boolean renew() {
        return holds;
      }

      @Override
      public boolean settle(Settlement settlement) {
        return holds;
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public void close() {
    closed = true;
    consumer.wakeup();
    LiveTail.join(thread);
  }
}
