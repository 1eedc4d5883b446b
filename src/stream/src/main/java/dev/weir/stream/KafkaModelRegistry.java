package dev.weir.stream;

import dev.weir.proto.InvalidRequestException;
import dev.weir.proto.v1.ModelCard;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads {@code weir.models}: one thread, one consumer over the whole topic. */
public final class KafkaModelRegistry implements ModelRegistry {
  private static final Logger log = LoggerFactory.getLogger(KafkaModelRegistry.class);
  private static final Duration POLL = Duration.ofMillis(500);
  private static final Duration LOAD_LIMIT = Duration.ofSeconds(5);

  private final CardShelf shelf = new CardShelf(InstantSource.system());
  private final NumericsWatch numerics;
  private final CountDownLatch loaded = new CountDownLatch(1);
  private final KafkaClients clients;
  private final Consumer<byte[], byte[]> consumer;
  private final String topic;
  private final Thread thread;
  private volatile boolean closed;

  /**
   * Starts to read; Kafka need not answer yet. Warns when workers of a model do not compute the
   * same.
   */
  public KafkaModelRegistry(StreamConfig config, @Nullable MeterRegistry registry) {
    this(config, registry, _ -> true);
  }

  /**
   * @param watched models whose workers are compared
   */
  KafkaModelRegistry(
      StreamConfig config, @Nullable MeterRegistry registry, Predicate<String> watched) {
    this.numerics = new NumericsWatch(registry, watched);
    this.topic = new Topics(config.prefix()).models();
    this.clients = new KafkaClients(config, registry);
    this.consumer = clients.reader("models");
    if (registry != null) {
      Gauge.builder("weir.model.cards", shelf, cards -> cards.fresh().size())
          .description("workers times models that are served now")
          .register(registry);
    }
    this.thread = Thread.ofPlatform().name("weir-models").start(this::run);
  }

  @Override
  public List<ModelCard> cards() {
    return shelf.fresh();
  }

  /** Waits until all cards that were there at the start are read, for 5 s at most. */
  public void awaitLoaded() {
    try {
      if (!loaded.await(LOAD_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
        log.warn("{} is not read after {} s", topic, LOAD_LIMIT.toSeconds());
      }
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  /**
   * Waits until somebody serves a model.
   *
   * @return false if nobody does within the limit
   */
  public boolean awaitModel(String model, Duration limit) {
    long deadline = System.nanoTime() + limit.toNanos();
    synchronized (shelf) {
      while (cards().stream().noneMatch(card -> card.getModel().equals(model))) {
        long leftMs = (deadline - System.nanoTime()) / 1_000_000;
        if (leftMs <= 0) {
          return false;
        }
        try {
          shelf.wait(leftMs);
        } catch (InterruptedException e) {
          throw new InterruptException(e);
        }
      }
      return true;
    }
  }

  private void put(String key, @Nullable ModelCard card) {
    synchronized (shelf) {
      shelf.put(key, card);
      shelf.notifyAll();
    }
  }

  private void run() {
    try (consumer) {
      while (!closed) {
        try {
          read();
        } catch (WakeupException | InterruptException e) {
          throw e;
        } catch (KafkaException e) {
          log.warn("model cards cannot be read: {}", e.getMessage());
          GatewayPartitions.pause();
        }
      }
    } catch (WakeupException | InterruptException _) {
      log.debug("closed");
    } finally {
      numerics.close();
    }
  }

  private void read() {
    List<TopicPartition> partitions =
        consumer.partitionsFor(topic).stream()
            .map(info -> new TopicPartition(topic, info.partition()))
            .toList();
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
    var ends = consumer.endOffsets(partitions);
    while (!closed) {
      consumer.poll(loaded.getCount() == 0 ? POLL : Duration.ofMillis(50)).forEach(this::take);
      if (loaded.getCount() > 0
          && ends.entrySet().stream()
              .allMatch(end -> consumer.position(end.getKey()) >= end.getValue())) {
        loaded.countDown();
      }
      if (loaded.getCount() == 0) { // older cards may belong to workers that are gone
        numerics.look(shelf.fresh());
      }
    }
  }

  private void take(ConsumerRecord<byte[], byte[]> record) {
    if (record.key() == null) {
      log.warn("a model card without a key at {}", record.offset());
      return;
    }
    String key = new String(record.key(), StandardCharsets.UTF_8);
    if (record.value() == null) {
      put(key, null);
      return;
    }
    try {
      ModelCard card =
          ChunkRecords.CODEC
              .decodeModelCard(record.value(), ChunkRecords.headers(record))
              .message();
      put(key, card);
    } catch (InvalidRequestException e) {
      log.warn("model card {} cannot be read: {}", key, e.getMessage());
    }
  }

  @Override
  public void close() {
    closed = true;
    consumer.wakeup();
    LiveTail.join(thread);
    clients.close();
  }
}
