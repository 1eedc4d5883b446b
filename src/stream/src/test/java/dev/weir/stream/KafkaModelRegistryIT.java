package dev.weir.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.proto.v1.ModelCard;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

final class KafkaModelRegistryIT {

  @Test
  void aWorkersCardIsSeenByRegistriesOldAndNewUntilTheWorkerLeaves() {
    StreamConfig config = TestingBroker.streams(List.of());
    try (StreamAdmin admin = new StreamAdmin(config)) {
      assertThat(admin.answers()).isTrue();
    }
    ModelCard card =
        ModelCard.newBuilder().setModel("m").setWorker("w").setContextLength(2048).build();
    try (KafkaModelRegistry early = new KafkaModelRegistry(config, null)) {
      try (ModelCardPublisher publisher = new ModelCardPublisher(config, () -> card)) {
        assertThat(publisher).isNotNull();
        assertThat(early.awaitModel("m", Duration.ofSeconds(20))).isTrue();
        assertThat(early.awaitModel("other", Duration.ofMillis(1))).isFalse();
        try (KafkaModelRegistry late = new KafkaModelRegistry(config, null)) {
          late.awaitLoaded();
          assertThat(late.cards())
              .singleElement()
              .satisfies(seen -> assertThat(seen.getContextLength()).isEqualTo(2048))
              .satisfies(seen -> assertThat(seen.getWrittenMs()).isPositive());
        }
      }
      awaitNoCards(early);
    }
  }

  @Test
  void workersOfDifferentNumericsShowInAMetricUntilTheyAgree() {
    StreamConfig config = TestingBroker.streams(List.of());
    SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    ModelCard first =
        ModelCard.newBuilder().setModel("m").setWorker("a").setNumericsId("x").build();
    ModelCard second = first.toBuilder().setWorker("b").setNumericsId("y").build();
    try (KafkaModelRegistry registry = new KafkaModelRegistry(config, metrics);
        ModelCardPublisher one = new ModelCardPublisher(config, () -> first)) {
      awaitIds(metrics, 1);
      try (ModelCardPublisher other = new ModelCardPublisher(config, () -> second)) {
        awaitIds(metrics, 2);
      }
      awaitIds(metrics, 1);
      assertThat(registry.cards()).hasSize(1);
    }
    assertThat(metrics.find("weir.model.numerics.ids").gauges()).isEmpty();
  }

  private static void awaitIds(SimpleMeterRegistry metrics, double count) {
    await(
        "%s ids".formatted(count),
        () -> {
          Gauge gauge = metrics.find("weir.model.numerics.ids").tag("model", "m").gauge();
          return gauge != null && gauge.value() == count;
        });
  }

  @Test
  void aWorkerWhoseFreeSlotsChangeSaysSoBeforeItsCardIsDue() {
    StreamConfig config = TestingBroker.streams(List.of());
    AtomicInteger running = new AtomicInteger();
    try (KafkaModelRegistry registry = new KafkaModelRegistry(config, null);
        ModelCardPublisher publisher =
            new ModelCardPublisher(
                config,
                () ->
                    ModelCard.newBuilder()
                        .setModel("m")
                        .setWorker("w")
                        .setSlots(2)
                        .setRunning(running.get())
                        .build())) {
      assertThat(registry.awaitModel("m", Duration.ofSeconds(20))).isTrue();
      long writtenMs = registry.cards().getFirst().getWrittenMs();
      running.set(2);
      await("a card of a full worker", () -> registry.cards().getFirst().getRunning() == 2);
      assertThat(registry.cards().getFirst().getWrittenMs() - writtenMs)
          .isLessThan(ModelCardPublisher.RENEWAL.toMillis());
    }
  }

  private static void awaitNoCards(ModelRegistry registry) {
    await("no cards", () -> registry.cards().isEmpty());
  }

  private static void await(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + 60_000_000_000L;
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("%s within 60 s", what).isLessThan(deadline);
      LockSupport.parkNanos(10_000_000);
    }
  }
}
