package dev.weir.bench.fault;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.stream.Cursor;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class FollowingTest {
  private static final Expected ANSWER = new Expected(List.of(10, 11), "ab", "length");
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final StreamCheck check =
      new StreamCheck(ANSWER, StreamCheck.Timing.NONE, System::nanoTime);
  private final List<String> reads = new ArrayList<>();

  /** What one connection gives. */
  @FunctionalInterface
  private interface Visit {
    void run(StreamCheck check, Connection connection) throws IOException, InterruptedException;
  }

  private Following following(List<Visit> visits) {
    return new Following(
        new Device() {
          @Override
          public String name() {
            return "testing";
          }

          @Override
          public void read(
              String requestId,
              @Nullable Cursor after,
              int gateway,
              StreamCheck seen,
              Connection connection)
              throws IOException, InterruptedException {
            reads.add(gateway + " after " + after);
            visits.get(reads.size() - 1).run(seen, connection);
          }
        },
        "id",
        check,
        2,
        1);
  }

  private static void end(StreamCheck check, Connection connection) {
    check.onTokens(new Cursor(3, 8), 1, List.of(11), "b");
    check.onFinished("length", 2, "");
  }

  @Test
  void aBrokenConnectionIsResumedBehindTheLastTokenAtTheNextGateway() throws Exception {
    following(
            List.of(
                (seen, _) -> {
                  seen.onTokens(new Cursor(3, 7), 0, List.of(10), "a");
                  throw new IOException("reset");
                },
                FollowingTest::end))
        .run(LIMIT);
    assertThat(reads).containsExactly("1 after null", "0 after 3-7");
    assertThat(check.flaws()).isEmpty();
  }

  @Test
  void aReaderThatIsCutOffComesBackToItsPlace() throws Exception {
    CountDownLatch cut = new CountDownLatch(1);
    List<Following> self = new ArrayList<>();
    self.add(
        following(
            List.of(
                (seen, connection) -> {
                  seen.onTokens(new Cursor(3, 7), 0, List.of(10), "a");
                  connection.onCut(cut::countDown);
                  self.getFirst().cutOff(Duration.ofMillis(1));
                  cut.await();
                },
                FollowingTest::end)));
    self.getFirst().run(LIMIT);
    assertThat(reads).containsExactly("1 after null", "1 after 3-7");
    assertThat(check.flaws()).isEmpty();
  }

  @Test
  void aStreamThatIsSaidNotToExistIsLost() throws Exception {
    following(
            List.of((seen, _) -> {
              throw new Device.Gone("not_found");
            }))
        .run(LIMIT);
    assertThat(check.flaws()).singleElement().extracting(Flaw::kind).isEqualTo(Flaw.Kind.LOST);
    assertThat(reads).hasSize(1);
  }

  @Test
  void aStreamWithoutAnEndIsLostAtTheLimitThoughItsConnectionSaysNothing() throws Exception {
    CountDownLatch cut = new CountDownLatch(1);
    Following silent =
        following(
            List.of((seen, connection) -> {
              connection.onCut(cut::countDown);
              cut.await();
              throw new IOException("closed");
            }));
    silent.run(Duration.ofMillis(50));
    assertThat(check.flaws()).singleElement().extracting(Flaw::count).isEqualTo(2);
  }
}
