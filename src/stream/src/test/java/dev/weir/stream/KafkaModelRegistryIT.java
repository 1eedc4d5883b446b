package dev.weir.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.proto.v1.ModelCard;
import java.time.Duration;
import java.util.List;
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

  private static void awaitNoCards(ModelRegistry registry) {
    long deadline = System.nanoTime() + 20_000_000_000L;
    while (!registry.cards().isEmpty()) {
      assertThat(System.nanoTime()).as("cards within 20 s").isLessThan(deadline);
      Thread.onSpinWait();
    }
  }
}
