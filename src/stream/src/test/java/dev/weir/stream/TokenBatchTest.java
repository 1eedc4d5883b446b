package dev.weir.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.proto.v1.Tokens;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

final class TokenBatchTest {
  private final TokenBatch batch = new TokenBatch();
  private long nowMs = 1_000;

  @Test
  void aTokenAfterAPauseIsDueAtOnce() {
    batch.add(token());
    assertThat(batch.dueMs()).isLessThanOrEqualTo(nowMs);
    batch.take(nowMs);
    nowMs += 30;
    batch.add(token());
    assertThat(batch.dueMs()).isLessThanOrEqualTo(nowMs);
  }

  @Test
  void aTokenSoonAfterAnotherWaitsFiveMilliseconds() {
    batch.add(token());
    batch.take(nowMs);
    batch.add(token());
    assertThat(batch.dueMs()).isEqualTo(nowMs + 5);
  }

  @Test
  void streamsOf200TokensASecondHaveRecordsOfOneToken() {
    assertThat(sizes(5, 100)).last().isEqualTo(1);
  }

  @Test
  void streamsOf500TokensASecondShareARecordBySix() {
    List<Integer> sizes = sizes(2, 200);
    assertThat(sizes.subList(4, sizes.size())).containsOnly(6);
  }

  @Test
  void aStreamThatSlowsDownIsSentAtOnceAgain() {
    sizes(2, 100);
    nowMs += 200;
    List<Integer> sizes = sizes(20, 10);
    assertThat(sizes.subList(1, sizes.size())).containsOnly(1);
    batch.add(token());
    assertThat(batch.dueMs()).isLessThanOrEqualTo(nowMs + 5);
  }

  /** How many tokens the records have, of a stream that gives one every so many milliseconds. */
  private List<Integer> sizes(int everyMs, int tokens) {
    List<Integer> sizes = new ArrayList<>();
    for (int i = 0; i < tokens; i++) {
      for (int ms = 0; ms < everyMs; ms++) {
        nowMs++;
        if (batch.dueMs() <= nowMs) {
          sizes.add(Objects.requireNonNull(batch.take(nowMs)).getIdsCount());
        }
      }
      batch.add(token());
      if (batch.dueMs() <= nowMs) {
        sizes.add(Objects.requireNonNull(batch.take(nowMs)).getIdsCount());
      }
    }
    return sizes;
  }

  private static Tokens token() {
    return Tokens.newBuilder().addIds(7).build();
  }
}
