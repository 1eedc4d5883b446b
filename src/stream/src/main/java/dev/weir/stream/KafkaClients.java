package dev.weir.stream;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.binder.kafka.KafkaClientMetrics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClient;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.consumer.ShareConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Makes Kafka clients with the settings that the streams rest on. What a {@link StreamConfig} adds
 * cannot change those. Keys and values are bytes.
 */
final class KafkaClients implements AutoCloseable {
  /** How long a send may be under way before it has failed. */
  static final Duration DELIVERY_LIMIT = Duration.ofSeconds(10);

  /** How long a send may wait for room or metadata: its caller is blocked for that long. */
  static final Duration SEND_BLOCK_LIMIT = Duration.ofSeconds(2);

  /** Two clients of one id in a process would fight over their names in JMX. */
  private static final AtomicInteger NUMBERS = new AtomicInteger();

  private final StreamConfig config;
  private final @Nullable MeterRegistry registry;
  private final @Nullable ScheduledExecutorService meterRefresh;
  private final List<KafkaClientMetrics> meters = new ArrayList<>();

  KafkaClients(StreamConfig config, @Nullable MeterRegistry registry) {
    this.config = config;
    this.registry = registry;
    this.meterRefresh =
        registry == null
            ? null
            : Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name("weir-kafka-meters").factory());
  }

  /** Idempotent, acknowledged by all, sent at once. */
  Producer<byte[], byte[]> producer(String clientId) {
    return producer(clientId, Map.of("linger.ms", 0));
  }

  /**
   * The same for what a worker writes: tokens of a step wait for each other, since records that
   * share a batch are compressed together, and one of 30 bytes alone is not worth its header.
   */
  Producer<byte[], byte[]> chunkProducer(String clientId) {
    return producer(clientId, Map.of("linger.ms", 1, "compression.type", "zstd"));
  }

  private Producer<byte[], byte[]> producer(String clientId, Map<String, Object> more) {
    Map<String, Object> settings = common(clientId);
    settings.putAll(more);
    settings.put("acks", "all");
    settings.put("enable.idempotence", true);
    settings.put("delivery.timeout.ms", (int) DELIVERY_LIMIT.toMillis());
    settings.put("request.timeout.ms", 5000);
    settings.put("max.block.ms", SEND_BLOCK_LIMIT.toMillis());
    settings.put("max.request.size", TopicPlan.MAX_RECORD_BYTES);
    var producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    if (registry != null && meterRefresh != null) {
      bind(new KafkaClientMetrics(producer, tags(clientId), meterRefresh), registry);
    }
    return producer;
  }

  /** Without a group: partitions are assigned by hand, positions are known or an error. */
  Consumer<byte[], byte[]> reader(String clientId) {
    return consumer(clientId, Map.of("auto.offset.reset", "none"));
  }

  /**
   * A reader that never waits for what is not written yet. A fetch that waits at the broker also
   * holds up the next question on its connection, such as where a time lies in the log.
   */
  Consumer<byte[], byte[]> catchUp(String clientId) {
    return consumer(clientId, Map.of("auto.offset.reset", "none", "fetch.max.wait.ms", 10));
  }

  Consumer<byte[], byte[]> consumer(String clientId, Map<String, Object> more) {
    Map<String, Object> settings = common(clientId);
    settings.put("enable.auto.commit", false);
    settings.put("allow.auto.create.topics", false);
    settings.put("fetch.min.bytes", 1);
    settings.put("max.poll.records", 2000);
    settings.put("default.api.timeout.ms", 5000);
    settings.put("request.timeout.ms", 4500);
    settings.putAll(more);
    var consumer =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    if (registry != null && meterRefresh != null) {
      bind(new KafkaClientMetrics(consumer, tags(clientId), meterRefresh), registry);
    }
    return consumer;
  }

  /** Takes one record at a time; Micrometer has no binder for share consumers. */
  ShareConsumer<byte[], byte[]> shareConsumer(String clientId, String group) {
    Map<String, Object> settings = common(clientId);
    settings.put("group.id", group);
    settings.put("share.acknowledgement.mode", "explicit");
    // With batch_optimized one member got 1,000 records (measured).
    settings.put("share.acquire.mode", "record_limit");
    settings.put("max.poll.records", 1);
    return new KafkaShareConsumer<>(
        settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  Admin admin(String clientId, Duration limit) {
    Map<String, Object> settings = common(clientId);
    int limitMs = (int) limit.toMillis();
    settings.put("default.api.timeout.ms", limitMs);
    settings.put("request.timeout.ms", limitMs);
    Admin admin = Admin.create(settings);
    if (registry != null && meterRefresh != null && admin instanceof AdminClient client) {
      bind(new KafkaClientMetrics(client, tags(clientId), meterRefresh), registry);
    }
    return admin;
  }

  private Map<String, Object> common(String clientId) {
    Map<String, Object> settings = new HashMap<>(config.kafka());
    settings.put("bootstrap.servers", config.bootstrap());
    settings.put("client.id", config.prefix() + "-" + clientId + "-" + NUMBERS.incrementAndGet());
    settings.put("reconnect.backoff.max.ms", 1000);
    // Nobody asked that brokers collect what their clients do.
    settings.put("enable.metrics.push", false);
    return settings;
  }

  private static Iterable<Tag> tags(String clientId) {
    return List.of(Tag.of("client", clientId));
  }

  private synchronized void bind(KafkaClientMetrics metrics, MeterRegistry registry) {
    metrics.bindTo(registry);
    meters.add(metrics);
  }

  /** Ends the measuring; each client is closed by its owner. */
  @Override
  public synchronized void close() {
    meters.forEach(KafkaClientMetrics::close);
    meters.clear();
    if (meterRefresh != null) {
      meterRefresh.shutdownNow();
    }
  }
}
