package dev.weir.stream;

import dev.weir.proto.ContentType;
import dev.weir.proto.HeaderNames;
import dev.weir.proto.v1.ModelCard;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells on {@code weir.models} what a worker serves: at once, every 10 s, soon when the number of
 * its free slots changes, and at the end that it is gone.
 */
public final class ModelCardPublisher implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ModelCardPublisher.class);
  static final Duration RENEWAL = Duration.ofSeconds(10);

  /** How often the card is looked at. */
  private static final Duration LOOK = Duration.ofMillis(250);

  /** Of more free slots nobody needs to know the number at once. */
  private static final int FREE_SLOTS_THAT_MATTER = 8;

  private final Supplier<ModelCard> card;
  private final String topic;
  private final byte[] key;
  private final KafkaClients clients;
  private final Producer<byte[], byte[]> producer;
  private final ScheduledExecutorService timer;
  private final InstantSource clock = InstantSource.system();
  // of the timer's thread, once it runs
  private long writtenMs;
  private int freeSlotsTold;

  /**
   * Writes the first card before it returns.
   *
   * @param card what is served now; asked every 250 ms, on a thread of its own. Its {@code
   *     written_ms} is set here
   */
  public ModelCardPublisher(StreamConfig config, Supplier<ModelCard> card) {
    this.card = card;
    this.topic = new Topics(config.prefix()).models();
    ModelCard first = card.get();
    this.key = (first.getModel() + "/" + first.getWorker()).getBytes(StandardCharsets.UTF_8);
    this.clients = new KafkaClients(config, null);
    this.producer = clients.producer("model-cards");
    this.timer =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("weir-model-card").factory());
    write(first);
    timer.scheduleWithFixedDelay(
        this::look, LOOK.toMillis(), LOOK.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void look() {
    try {
      ModelCard now = card.get();
      if (clock.millis() - writtenMs >= RENEWAL.toMillis() || freeSlots(now) != freeSlotsTold) {
        write(now);
      }
    } catch (RuntimeException e) { // the next look tries again
      log.warn("the model card was not written: {}", e.getMessage());
    }
  }

  private static int freeSlots(ModelCard card) {
    return Math.min(Peers.free(card), FREE_SLOTS_THAT_MATTER);
  }

  private void write(ModelCard current) {
    writtenMs = clock.millis();
    freeSlotsTold = freeSlots(current);
    try {
      ModelCard now = current.toBuilder().setWrittenMs(writtenMs).build();
      send(ChunkRecords.CODEC.encodeModelCard(now, ContentType.JSON));
    } catch (RuntimeException e) { // the next renewal tries again
      log.warn("the model card was not written: {}", e.getMessage());
    }
  }

  private void send(byte @org.jspecify.annotations.Nullable [] value) {
    var record = new ProducerRecord<>(topic, key, value);
    record.headers().add(HeaderNames.CONTENT_TYPE, ContentType.JSON.headerValue());
    producer.send(
        record,
        (metadata, failure) -> {
          if (failure != null) {
            log.warn("the model card was not written: {}", failure.getMessage());
          }
        });
  }

  /** Takes the card back. */
  @Override
  public void close() {
    timer.shutdownNow();
    try {
      send(null);
    } catch (RuntimeException e) { // readers drop the card when it is 30 s old
      log.warn("the model card was not taken back: {}", e.getMessage());
    }
    producer.close(Duration.ofSeconds(1));
    clients.close();
  }
}
