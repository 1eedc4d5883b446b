package dev.weir.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.proto.ContentType;
import dev.weir.proto.v1.Chunk;
import dev.weir.proto.v1.Failure;
import dev.weir.proto.v1.GenerationRequest;
import dev.weir.proto.v1.Result;
import dev.weir.proto.v1.Tokens;
import dev.weir.stream.RequestSource.Settlement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What becomes of a request whose attempts fail since Kafka does not answer. */
final class HoldingTest {
  private static final long LOCK_MS = 15_000;

  private long nowMs = 1_000_000;
  private int attempts;
  private boolean admits = true;
  private final ArrayDeque<Holding.Mail> mailbox = new ArrayDeque<>();
  private final List<Settlement> settled = new ArrayList<>();

  private Holding hold(int left) {
    GenerationRequest request =
        GenerationRequest.newBuilder().setId("r").setModel("echo").setPrompt("x").build();
    AttemptWorld world =
        new AttemptWorld(
            "w",
            "",
            Duration.ofMinutes(10),
            (requestId, start, listener) -> {
              throw new AssertionError("nothing can be read");
            },
            new SilentKafka(),
            (body, headers, sink) -> {
              if (admits) {
                sink.admitted();
              }
              return new TestingJob();
            },
            new NothingCancelled(),
            () -> Instant.ofEpochMilli(nowMs));
    Delivery delivery = TestingSteps.delivery(nowMs, left, RequestHeaders.NONE, request);
    Holding holding =
        new Holding(
            world,
            new Source(),
            delivery,
            LOCK_MS,
            () -> TestingChunks.attempt(attempts),
            mailbox::add);
    holding.begin();
    hear(holding);
    return holding;
  }

  private void hear(Holding holding) {
    while (!mailbox.isEmpty()) {
      holding.on(mailbox.remove());
    }
  }

  @Test
  void aFailedAttemptGoesBackWhileDeliveriesAreLeft() {
    Holding holding = hold(1);

    assertThat(holding.isDone()).isTrue();
    assertThat(holding.settlement()).isEqualTo(Settlement.RELEASE);
    assertThat(attempts).isEqualTo(1);
  }

  @Test
  void theLastDeliveryIsTriedAgainUnderItsLock() {
    Holding holding = hold(0);
    for (int i = 2; i < 10; i++) {
      assertThat(holding.isDone()).isFalse();
      nowMs = holding.nextTickMs() + 5_000;
      holding.tick();
      hear(holding);
      assertThat(attempts).isEqualTo(i);
    }
    assertThat(settled).isEmpty();
  }

  @Test
  void whatIsHandedOverWhileItPausesIsTriedOnceMoreSinceItsReaderIsToBeTold() {
    Holding holding = hold(0);

    holding.handOver();
    hear(holding);

    assertThat(attempts).isEqualTo(2);
    assertThat(holding.isDone()).isTrue();
    assertThat(holding.settlement()).isEqualTo(Settlement.RELEASE);
  }

  @Test
  void whatFailsWhileItIsHandedOverIsTriedOnceMoreAndNotForEver() {
    admits = false;
    Holding holding = hold(0);
    assertThat(holding.isWaiting()).isTrue();

    holding.handOver();
    hear(holding);

    assertThat(attempts).isEqualTo(2);
    assertThat(holding.isDone()).isTrue();
    assertThat(holding.settlement()).isEqualTo(Settlement.RELEASE);
  }

  private final class SilentKafka implements LogWriter {
    @Override
    public int partitions() {
      attempts++;
      throw new StreamUnavailableException("Kafka does not answer", new IllegalStateException());
    }

    @Override
    public void chunk(
        int partition,
        String requestId,
        Chunk chunk,
        ContentType type,
        RequestHeaders about,
        Outcome outcome) {
      throw new AssertionError("nothing can be written");
    }

    @Override
    public void bury(Delivery delivery, Failure reason, int count, Outcome outcome) {
      throw new AssertionError("nothing can be written");
    }

    @Override
    public void reply(Result result, ContentType type, RequestHeaders about, Outcome outcome) {
      throw new AssertionError("nothing can be written");
    }
  }

  private final class Source implements RequestSource {
    @Override
    public @Nullable Delivery take(Duration limit) {
      return null;
    }

    @Override
    public boolean renew() {
      return true;
    }

    @Override
    public boolean settle(Settlement settlement) {
      settled.add(settlement);
      return true;
    }

    @Override
    public void close() {}
  }

  private static final class NothingCancelled implements Cancellations {
    @Override
    public @Nullable String reason(String requestId) {
      return null;
    }

    @Override
    public Watch watch(String requestId, Consumer<String> onCancelled) {
      return () -> {};
    }
  }

  private static final class TestingJob implements Generator.Job {
    @Override
    public void proceed(List<Tokens> emitted, long nextIndex) {}

    @Override
    public void cancel() {}

    @Override
    public void abandon() {}
  }
}
