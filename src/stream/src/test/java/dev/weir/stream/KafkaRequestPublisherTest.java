package dev.weir.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.proto.v1.GenerationRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.Partitioner;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is written when Kafka's answers fail to come: its own producer without a network. */
@Timeout(60)
final class KafkaRequestPublisherTest {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final StreamConfig CONFIG = StreamConfig.of("127.0.0.1:1");
  private static final GenerationRequest REQUEST =
      GenerationRequest.newBuilder().setModel("echo").setPrompt("x").build();

  /** What asking for topics fails with, one after another, before it succeeds. */
  private final Queue<RuntimeException> topicFailures = new ConcurrentLinkedQueue<>();

  private final MockProducer<byte[], byte[]> producer =
      new MockProducer<>(
          cluster(),
          false,
          (Partitioner) null,
          new ByteArraySerializer(),
          new ByteArraySerializer()) {
        @Override
        public List<PartitionInfo> partitionsFor(String topic) {
          RuntimeException failure = topicFailures.poll();
          if (failure != null) {
            throw failure;
          }
          return super.partitionsFor(topic);
        }
      };

  private KafkaRequestPublisher publisher() {
    return new KafkaRequestPublisher(
        CONFIG, () -> Set.of(1), "/weir/test", new KafkaClients(CONFIG, null), producer, null);
  }

  private static Cluster cluster() {
    Node node = new Node(1, "127.0.0.1", 1);
    List<PartitionInfo> partitions = new ArrayList<>();
    for (String topic : List.of("weir.chunks", "weir.requests.echo", "weir.control")) {
      for (int i = 0; i < 3; i++) {
        partitions.add(new PartitionInfo(topic, i, node, new Node[] {node}, new Node[] {node}));
      }
    }
    return new Cluster("test", List.of(node), partitions, Set.of(), Set.of());
  }

  private ProducerRecord<byte[], byte[]> awaitSent(int count) {
    while (producer.history().size() < count) {
      assertThat(Thread.interrupted()).as("in time").isFalse();
      Thread.onSpinWait();
    }
    return producer.history().get(count - 1);
  }

  @Test
  void theRequestTellsWhereItsQueuedLies() {
    try (KafkaRequestPublisher publisher = publisher()) {
      var published = publisher.publish(REQUEST, RequestHeaders.NONE).toCompletableFuture();
      ProducerRecord<byte[], byte[]> queued = awaitSent(1);
      assertThat(queued.topic()).isEqualTo("weir.chunks");
      assertThat(queued.partition()).isEqualTo(1);
      assertThat(published).isNotDone();
      producer.completeNext();
      ProducerRecord<byte[], byte[]> request = awaitSent(2);
      assertThat(request.topic()).isEqualTo("weir.requests.echo");
      assertThat(request.key()).isEqualTo(queued.key());
      assertThat(published).isNotDone();
      producer.completeNext();
      assertThat(published.join().from()).isEqualTo(new Cursor(1, 0));
      assertThat(RequestIds.partition(published.join().requestId(), 3)).isEqualTo(1);
    }
  }

  @Test
  void anUnsureRequestIsCancelledAndItsCallerHearsWhy() {
    try (KafkaRequestPublisher publisher = publisher()) {
      var published = publisher.publish(REQUEST, RequestHeaders.NONE).toCompletableFuture();
      byte[] id = awaitSent(1).key();
      producer.completeNext();
      awaitSent(2);
      producer.errorNext(new TimeoutException("no answer"));
      ProducerRecord<byte[], byte[]> cancel = awaitSent(3);
      assertThat(cancel.topic()).isEqualTo("weir.control");
      assertThat(cancel.key()).isEqualTo(id);
      producer.completeNext();
      assertThatThrownBy(published::join)
          .isInstanceOf(CompletionException.class)
          .cause()
          .isInstanceOf(StreamUnavailableException.class)
          .hasMessage(
              "Kafka at 127.0.0.1:1 has not acknowledged a record of weir.requests.echo: no"
                  + " answer");
    }
  }

  @Test
  void topicsThatNobodyTellsOfAreWaitedForWhileBrokersComeBack() {
    topicFailures.add(new TimeoutException("not present in metadata after 2000 ms"));
    topicFailures.add(new TimeoutException("not present in metadata after 2000 ms"));
    try (KafkaRequestPublisher publisher = publisher()) {
      var published = publisher.publish(REQUEST, RequestHeaders.NONE).toCompletableFuture();
      awaitSent(1);
      producer.completeNext();
      awaitSent(2);
      producer.completeNext();
      assertThat(published.join().from().partition()).isEqualTo(1);
    }
  }

  @Test
  void brokersThatStaySilentAreNotTakenForATopicThatIsNotThere() {
    for (int i = 0; i < 3; i++) {
      topicFailures.add(new TimeoutException("not present in metadata after 2000 ms"));
    }
    try (KafkaRequestPublisher publisher = publisher()) {
      assertThat(publisher.publish(REQUEST, RequestHeaders.NONE).toCompletableFuture())
          .failsWithin(LIMIT)
          .withThrowableOfType(ExecutionException.class)
          .withCauseInstanceOf(StreamUnavailableException.class);
      topicFailures.add(
          new TimeoutException(
              "not present in metadata after 2000 ms", new UnknownTopicOrPartitionException()));
      assertThat(publisher.publish(REQUEST, RequestHeaders.NONE).toCompletableFuture())
          .failsWithin(LIMIT)
          .withThrowableOfType(ExecutionException.class)
          .withCauseInstanceOf(StreamSetupException.class)
          .withMessageContaining("there is no topic weir.chunks");
    }
  }

  @Test
  void requestsBeyondWhatMayBeUnderWayFailAtOnce() {
    GenerationRequest large = REQUEST.toBuilder().setPrompt("x".repeat(1 << 20)).build();
    try (KafkaRequestPublisher publisher = publisher()) {
      List<CompletableFuture<?>> all = new ArrayList<>();
      for (int i = 0; i < 16; i++) {
        all.add(publisher.publish(large, RequestHeaders.NONE).toCompletableFuture());
      }
      List<CompletableFuture<?>> failed =
          all.stream().filter(CompletableFuture::isCompletedExceptionally).toList();
      assertThat(failed).hasSize(1);
      assertThat(failed.getFirst().exceptionNow()).isInstanceOf(OverloadedException.class);
      awaitSent(15);
      while (producer.completeNext()) {}
      awaitSent(30);
      while (producer.completeNext()) {}
      long done = all.stream().filter(f -> Objects.nonNull(f.handle((r, e) -> 1).join())).count();
      assertThat(done).isEqualTo(16);
    }
  }
}
