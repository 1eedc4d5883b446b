package dev.weir.stream;

import dev.weir.proto.ContentType;
import dev.weir.proto.InvalidRequestException;
import dev.weir.proto.v1.Chunk;
import dev.weir.proto.v1.GenerationRequest;
import dev.weir.proto.v1.Position;
import dev.weir.proto.v1.Queued;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes requests to Kafka. Each publication runs on a virtual thread of its own, so that one that
 * must wait (for a topic that nobody knows) delays no other. The returned stages complete there:
 * what depends on them may take its time.
 */
public final class KafkaRequestPublisher implements RequestPublisher {
  private static final Logger log = LoggerFactory.getLogger(KafkaRequestPublisher.class);

  /** Of requests under way; half of what the producer has room for, so that it never blocks. */
  private static final long MAX_IN_FLIGHT_BYTES = 16L << 20;

  /** What a publication takes beside its request: the queued record, headers, the thread. */
  private static final long OVERHEAD_BYTES = 2048;

  /**
   * How often a topic is asked for, {@link KafkaClients#SEND_BLOCK_LIMIT} each time: a broker that
   * is stopped, or the next leader, is waited for as long as the caller would wait.
   */
  private static final int METADATA_TRIES = 3;

  private final StreamConfig config;
  private final Topics topics;
  private final Supplier<Set<Integer>> owned;
  private final String source;
  private final InstantSource clock = InstantSource.system();
  private final KafkaClients clients;
  private final Producer<byte[], byte[]> producer;
  private final ExecutorService threads;
  private final AtomicLong inFlightBytes = new AtomicLong();

  /**
   * @param owned partitions to draw ids in: {@link GatewayPartitions#owned}, or {@code Set::of} for
   *     any
   * @param source a URI reference of who publishes: {@code /weir/gateway/host-1}
   */
  public KafkaRequestPublisher(
      StreamConfig config,
      Supplier<Set<Integer>> owned,
      String source,
      @Nullable MeterRegistry registry) {
    this(config, owned, source, new KafkaClients(config, registry), registry);
  }

  private KafkaRequestPublisher(
      StreamConfig config,
      Supplier<Set<Integer>> owned,
      String source,
      KafkaClients clients,
      @Nullable MeterRegistry registry) {
    this(config, owned, source, clients, clients.producer("requests"), registry);
  }

  KafkaRequestPublisher(
      StreamConfig config,
      Supplier<Set<Integer>> owned,
      String source,
      KafkaClients clients,
      Producer<byte[], byte[]> producer,
      @Nullable MeterRegistry registry) {
    this.config = config;
    this.topics = new Topics(config.prefix());
    this.owned = owned;
    this.source = source;
    this.clients = clients;
    this.producer = producer;
    this.threads =
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("weir-publish-", 0).factory());
    if (registry != null) {
      Gauge.builder("weir.publish.in.flight.bytes", inFlightBytes, AtomicLong::get)
          .register(registry);
    }
  }

  @Override
  public CompletionStage<Published> publish(GenerationRequest request, RequestHeaders headers) {
    return publish(request, headers, _ -> {});
  }

  /**
   * The same with further headers.
   *
   * @param more adds them to the request's record
   */
  CompletionStage<Published> publish(
      GenerationRequest request, RequestHeaders headers, Consumer<Headers> more) {
    return run(request.getSerializedSize(), () -> write(request, headers, more));
  }

  @Override
  public CompletionStage<Void> cancel(String requestId, String reason) {
    return run(
        reason.length(),
        () -> {
          send(Records.cancel(topics.control(), requestId, reason, clock.millis()));
          return null;
        });
  }

  private <T extends @Nullable Object> CompletionStage<T> run(long bytes, Callable<T> write) {
    long reserved = bytes + OVERHEAD_BYTES;
    if (inFlightBytes.addAndGet(reserved) > MAX_IN_FLIGHT_BYTES) {
      inFlightBytes.addAndGet(-reserved);
      return CompletableFuture.failedFuture(
          new OverloadedException(
              "too many requests are on their way to Kafka", Duration.ofSeconds(1)));
    }
    CompletableFuture<T> result = new CompletableFuture<>();
    try {
      threads.execute(() -> {
        try {
          T written = write.call();
          inFlightBytes.addAndGet(-reserved);
          result.complete(written);
        } catch (Exception e) { // every failure is the caller's to hear
          inFlightBytes.addAndGet(-reserved);
          result.completeExceptionally(e);
        }
      });
    } catch (RejectedExecutionException e) {
      inFlightBytes.addAndGet(-reserved);
      result.completeExceptionally(new IllegalStateException("the publisher is closed", e));
    }
    return result;
  }

  private Published write(
      GenerationRequest request, RequestHeaders headers, Consumer<Headers> more) {
    String topic = requestTopic(request.getModel());
    long now = clock.millis();
    int partitions = partitions();
    checkServed(request.getModel(), topic);
    String id =
        request.getId().isEmpty() ? RequestIds.draw(now, owned.get(), partitions) : request.getId();
    int partition = RequestIds.partition(id, partitions);
    long created = request.getCreatedMs() > 0 ? request.getCreatedMs() : now;
    // Its offset is `from`: all that follows for this request lies behind it.
    long from = send(queued(id, partition, request, headers, created)).offset();
    GenerationRequest complete =
        request.toBuilder()
            .setId(id)
            .setCreatedMs(created)
            .setFrom(Position.newBuilder().setPartition(partition).setOffset(from))
            .build();
    var record = Records.request(topic, complete, headers, source, now);
    more.accept(record.headers());
    try {
      send(record);
    } catch (StreamUnavailableException e) {
      cancelUnsure(id);
      throw e;
    }
    return new Published(id, new Cursor(partition, from));
  }

  private String requestTopic(String model) {
    if (!Topics.isModelName(model)) {
      throw new InvalidRequestException(
          "model",
          "invalid_value",
          "model: must be letters, digits, '.', '_' and '-', at most 180 of them");
    }
    return topics.requests(model);
  }

  private ProducerRecord<byte[], byte[]> queued(
      String id, int partition, GenerationRequest request, RequestHeaders headers, long created) {
    long deadline = headers.deadlineMs();
    Chunk chunk =
        Chunk.newBuilder()
            .setQueued(
                Queued.newBuilder()
                    .setModel(request.getModel())
                    .setTenant(headers.tenant())
                    .setCreatedMs(created)
                    .setDeadlineMs(
                        deadline != 0 ? deadline : created + config.defaultDeadline().toMillis())
                    .setPriority(headers.priority()))
            .build();
    ContentType type = request.getJsonChunks() ? ContentType.JSON : ContentType.PROTOBUF;
    return Records.chunk(topics.chunks(), partition, id, chunk, type, headers, source, created);
  }

  /** It may have arrived: nobody will wait for its answer, so it is to end. */
  private void cancelUnsure(String id) {
    try {
      send(Records.cancel(topics.control(), id, "its publisher got no answer", clock.millis()));
    } catch (StreamUnavailableException | StreamSetupException e) {
      log.warn("request {} may have been written and could not be cancelled", id, e);
    }
  }

  private void checkServed(String model, String topic) {
    try {
      partitionsOf(topic);
    } catch (UnknownTopicOrPartitionException e) {
      throw new InvalidRequestException(
          "model", "model_not_found", 404, "model: no worker has ever served " + model);
    } catch (KafkaException e) {
      throw failure(topic, e);
    }
  }

  private int partitions() {
    try {
      return partitionsOf(topics.chunks());
    } catch (KafkaException e) {
      throw failure(topics.chunks(), e);
    }
  }

  /**
   * @throws UnknownTopicOrPartitionException if Kafka says that there is no such topic
   * @throws TimeoutException if nobody says anything
   */
  private int partitionsOf(String topic) {
    for (int attempt = 1; ; attempt++) {
      try {
        return producer.partitionsFor(topic).size();
      } catch (TimeoutException e) {
        if (e.getCause() instanceof UnknownTopicOrPartitionException unknown) {
          throw unknown;
        }
        if (attempt == METADATA_TRIES) {
          throw e;
        }
      }
    }
  }

  private RecordMetadata send(ProducerRecord<byte[], byte[]> record) {
    try {
      return producer.send(record).get();
    } catch (ExecutionException e) {
      throw failure(record.topic(), e.getCause() == null ? e : e.getCause());
    } catch (KafkaException e) {
      throw failure(record.topic(), e);
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  private RuntimeException failure(String topic, Throwable cause) {
    return switch (cause) {
      case RecordTooLargeException e ->
          new InvalidRequestException(
              "", "request_too_large", 413, "the request is too large: " + e.getMessage());
      case AuthorizationException e ->
          new StreamSetupException("Kafka refuses to write to " + topic + ": " + e.getMessage(), e);
      case UnknownTopicOrPartitionException e ->
          new StreamSetupException("there is no topic " + topic, e);
      case InvalidTopicException e -> new StreamSetupException("no topic can be " + topic, e);
      default ->
          new StreamUnavailableException(
              "Kafka at %s has not acknowledged a record of %s: %s"
                  .formatted(config.bootstrap(), topic, cause.getMessage()),
              cause);
    };
  }

  @Override
  public void close() {
    threads.shutdown();
    try {
      if (!threads.awaitTermination(2, TimeUnit.SECONDS)) {
        log.warn("requests were still on their way to Kafka");
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    producer.close(Duration.ofSeconds(1)); // fails what is still under way
    clients.close();
  }
}
