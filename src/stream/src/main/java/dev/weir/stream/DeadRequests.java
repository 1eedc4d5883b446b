package dev.weir.stream;

import dev.weir.proto.HeaderNames;
import dev.weir.proto.Headers;
import dev.weir.proto.InvalidRequestException;
import dev.weir.proto.v1.GenerationRequest;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;

/**
 * The requests that were given up: lists them, shows one, publishes one again. Each call reads the
 * topic from its beginning to its end. Not safe for use by several threads.
 */
public final class DeadRequests implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(500);

  /** Polls that bring nothing although the end is not reached. */
  private static final int MAX_EMPTY_POLLS = 20;

  private final StreamConfig config;
  private final Topics topics;
  private final KafkaClients clients;
  private final InstantSource clock = InstantSource.system();
  private @Nullable KafkaRequestPublisher publisher;
  private @Nullable Producer<byte[], byte[]> producer;

  public DeadRequests(StreamConfig config) {
    this.config = config;
    this.topics = new Topics(config.prefix());
    this.clients = new KafkaClients(config, null);
  }

  /**
   * The newest of them, the oldest of these first.
   *
   * @param requests each once, however often it was copied
   * @param more true if there are older ones
   */
  public record Listing(List<DeadRequest> requests, boolean more) {}

  /**
   * Lists the newest.
   *
   * @param most how many, from 1
   * @throws StreamUnavailableException if Kafka does not answer
   * @throws StreamSetupException if there is no such topic
   */
  public Listing list(int most) {
    Map<String, DeadRequest> found = new LinkedHashMap<>();
    boolean[] more = {false};
    read(record -> {
      String id = id(record);
      Headers headers = ChunkRecords.headers(record);
      String newId = retriedAs(record, headers);
      if (newId != null) {
        found.computeIfPresent(id, (_, dead) -> dead.retriedAs(newId));
      } else if (!found.containsKey(id)) {
        found.put(id, DeadLetter.about(topics, id, record, headers));
        if (found.size() > most) {
          found.remove(found.keySet().iterator().next());
          more[0] = true;
        }
      }
    });
    return new Listing(List.copyOf(found.values()), more[0]);
  }

  /**
   * Finds one, with all that was kept of it.
   *
   * @throws StreamUnavailableException if Kafka does not answer
   * @throws StreamSetupException if there is no such topic
   */
  public Optional<DeadLetter> find(String requestId) {
    List<DeadLetter> found = new ArrayList<>(1);
    read(record -> {
      if (!id(record).equals(requestId)) {
        return;
      }
      String newId = retriedAs(record, ChunkRecords.headers(record));
      if (newId != null && !found.isEmpty()) {
        found.set(0, found.getFirst().retriedAs(newId));
      } else if (newId == null && found.isEmpty()) {
        found.add(DeadLetter.of(topics, record));
      }
    });
    return found.stream().findFirst();
  }

  /**
   * Finds several in one reading.
   *
   * @param taker gets each once, as soon as it is read; that some were retried it is not told
   */
  public void find(Set<String> requestIds, Consumer<DeadLetter> taker) {
    Set<String> left = new HashSet<>(requestIds);
    read(record -> {
      boolean mark = retriedAs(record, ChunkRecords.headers(record)) != null;
      if (!mark && left.remove(id(record))) {
        taker.accept(DeadLetter.of(topics, record));
      }
    });
  }

  /** Only our own marks have no value: a copy of a request with such a header has lost it. */
  private static @Nullable String retriedAs(
      ConsumerRecord<byte[], byte[]> record, Headers headers) {
    return record.value() == null ? headers.text(HeaderNames.RETRIED_AS) : null;
  }

  private static String id(ConsumerRecord<byte[], byte[]> record) {
    String key = ChunkRecords.key(record);
    return key == null ? "" : key;
  }

  private void read(Consumer<ConsumerRecord<byte[], byte[]>> taker) {
    String topic = topics.dead();
    try (var consumer = clients.reader("dead")) {
      List<PartitionInfo> known = consumer.partitionsFor(topic);
      if (known == null || known.isEmpty()) {
        throw new StreamSetupException("there is no topic %s".formatted(topic));
      }
      List<TopicPartition> all =
          known.stream().map(p -> new TopicPartition(topic, p.partition())).toList();
      Map<TopicPartition, Long> ends = consumer.endOffsets(all);
      consumer.assign(all);
      consumer.seekToBeginning(all);
      int empty = 0;
      while (all.stream().anyMatch(p -> consumer.position(p) < ends.getOrDefault(p, 0L))) {
        var records = consumer.poll(POLL);
        empty = records.isEmpty() ? empty + 1 : 0;
        if (empty > MAX_EMPTY_POLLS) {
          throw unavailable(new KafkaException("its records do not come"));
        }
        records.forEach(taker);
      }
    } catch (InterruptException e) {
      throw e;
    } catch (KafkaException e) {
      throw unavailable(e);
    }
  }

  /**
   * Publishes a dead request again, under a new id: an id is written once. What can be read is
   * written anew, without the old deadline; bytes that cannot be read are written as they were, for
   * workers that may know more by now.
   *
   * @return the new id, whose stream tells what becomes of it
   * @throws InvalidRequestException if nobody has ever served its model, or nothing was kept of it
   * @throws StreamUnavailableException if Kafka does not answer; the request may have been written
   */
  public String retry(DeadLetter dead) {
    if (dead.isTooLarge()) {
      throw new InvalidRequestException(
          "",
          "request_too_large",
          "request %s had %d bytes, too many to be kept here; publish it again"
              .formatted(dead.about().id(), dead.valueBytes()));
    }
    GenerationRequest request = dead.request();
    String newId = request == null ? sendRaw(dead) : publish(dead, request);
    send(DeadRecords.retried(topics.dead(), dead.about().id(), newId));
    return newId;
  }

  private String publish(DeadLetter dead, GenerationRequest request) {
    if (publisher == null) {
      publisher = new KafkaRequestPublisher(config, Set::of, "/weir/dead", null);
    }
    try {
      return publisher
          .publish(
              request.toBuilder().clearId().clearFrom().clearCreatedMs().build(),
              dead.requestHeaders(),
              headers -> Records.add(headers, HeaderNames.RETRY_OF, dead.about().id()))
          .toCompletableFuture()
          .join()
          .requestId();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
  }

  private String sendRaw(DeadLetter dead) {
    String topic = dead.about().requestTopic();
    if (topics.modelOf(topic) == null) {
      throw new InvalidRequestException(
          "", "unknown_topic", "request %s does not say where it lay".formatted(dead.about().id()));
    }
    String newId = RequestIds.draw(clock.millis());
    var record = new ProducerRecord<>(topic, Records.utf8(newId), dead.value());
    for (DeadLetter.HeaderValue header : dead.headers()) {
      boolean old =
          DeadRecords.isOurs(header.name())
              || header.name().equals(HeaderNames.DEADLINE)
              || header.name().equals(HeaderNames.RETRY_OF);
      if (!old) {
        record.headers().add(header.name(), header.value());
      }
    }
    Records.add(record.headers(), HeaderNames.RETRY_OF, dead.about().id());
    send(record);
    return newId;
  }

  private void send(ProducerRecord<byte[], byte[]> record) {
    if (producer == null) {
      producer = clients.producer("dead");
    }
    try {
      producer.send(record).get();
    } catch (ExecutionException e) {
      throw unavailable(e.getCause() == null ? e : e.getCause());
    } catch (KafkaException e) {
      throw unavailable(e);
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  private StreamUnavailableException unavailable(Throwable cause) {
    return new StreamUnavailableException(
        "Kafka at %s does not answer for %s: %s"
            .formatted(config.bootstrap(), topics.dead(), cause.getMessage()),
        cause);
  }

  @Override
  public void close() {
    if (publisher != null) {
      publisher.close();
    }
    if (producer != null) {
      producer.close(Duration.ofSeconds(2));
    }
    clients.close();
  }
}
