package dev.weir.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.proto.InvalidRequestException;
import dev.weir.proto.v1.GenerationRequest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class KafkaRequestPublisherIT {
  private static final GenerationRequest REQUEST =
      GenerationRequest.newBuilder().setModel("echo").setPrompt("x").build();

  private static Throwable failure(StreamConfig config, GenerationRequest request) {
    try (KafkaRequestPublisher publisher =
        new KafkaRequestPublisher(config, Set::of, "/weir/test", null)) {
      return publisher
          .publish(request, RequestHeaders.NONE)
          .toCompletableFuture()
          .handle((_, failure) -> failure)
          .join();
    }
  }

  @Test
  void aModelThatNobodyEverServedIsTheCallersError() {
    StreamConfig config = TestingBroker.streams(List.of());
    assertThat(failure(config, REQUEST))
        .isInstanceOfSatisfying(
            InvalidRequestException.class,
            e -> {
              assertThat(e.code()).isEqualTo("model_not_found");
              assertThat(e.httpStatus()).isEqualTo(404);
            });
  }

  @Test
  void aRequestThatNoRecordCanCarryIsTooLarge() {
    StreamConfig config = TestingBroker.streams(List.of("echo"));
    GenerationRequest large =
        REQUEST.toBuilder().setPrompt("x".repeat(TopicPlan.MAX_RECORD_BYTES)).build();
    assertThat(failure(config, large))
        .isInstanceOfSatisfying(
            InvalidRequestException.class, e -> assertThat(e.httpStatus()).isEqualTo(413));
  }

  @Test
  void aBrokerThatIsAwayIsOneSentenceWithItsAddress() {
    assertThat(failure(StreamConfig.of("127.0.0.1:1"), REQUEST))
        .isInstanceOf(StreamUnavailableException.class)
        .hasMessageContaining("Kafka at 127.0.0.1:1");
  }

  @Test
  void gatewaysShareOutThePartitionsAndDrawIdsInTheirOwn() {
    StreamConfig config = TestingBroker.streams(List.of("echo"));
    List<Set<Integer>> changes = new CopyOnWriteArrayList<>();
    try (GatewayPartitions first = new GatewayPartitions(config, changes::add)) {
      await(() -> first.owned().size() == TestingBroker.PARTITIONS);
      try (GatewayPartitions second = new GatewayPartitions(config, _ -> {})) {
        await(() -> !second.owned().isEmpty() && disjoint(first.owned(), second.owned()));
        Set<Integer> all = new HashSet<>(first.owned());
        all.addAll(second.owned());
        assertThat(all).hasSize(TestingBroker.PARTITIONS);
        assertThat(published(config, second::owned)).isSubsetOf(second.owned());
      }
      await(() -> first.owned().size() == TestingBroker.PARTITIONS);
    }
    assertThat(changes).isNotEmpty();
  }

  private static boolean disjoint(Set<Integer> one, Set<Integer> other) {
    return Collections.disjoint(one, other)
        && one.size() + other.size() == TestingBroker.PARTITIONS;
  }

  private static Set<Integer> published(StreamConfig config, Supplier<Set<Integer>> owned) {
    Set<Integer> partitions = new HashSet<>();
    try (KafkaRequestPublisher publisher =
        new KafkaRequestPublisher(config, owned, "/weir/test", null)) {
      List<RequestPublisher.Published> all = new ArrayList<>();
      IntStream.range(0, 10)
          .forEach(_ ->
              all.add(
                  publisher.publish(REQUEST, RequestHeaders.NONE).toCompletableFuture().join()));
      all.forEach(p -> partitions.add(p.from().partition()));
    }
    return partitions;
  }

  private static void await(Supplier<Boolean> condition) {
    long end = System.nanoTime() + 30_000_000_000L;
    while (!condition.get() && System.nanoTime() < end) {
      java.util.concurrent.locks.LockSupport.parkNanos(10_000_000);
    }
    assertThat(condition.get()).isTrue();
  }
}
