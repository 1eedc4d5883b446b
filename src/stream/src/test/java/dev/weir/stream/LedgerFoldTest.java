package dev.weir.stream;

import static dev.weir.stream.TestingChunks.finished;
import static dev.weir.stream.TestingChunks.preview;
import static dev.weir.stream.TestingChunks.queued;
import static dev.weir.stream.TestingChunks.started;
import static dev.weir.stream.TestingChunks.tokens;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.proto.v1.Chunk;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the ledger makes of a partition. */
final class LedgerFoldTest {
  private static final Duration DEADLINE = Duration.ofMinutes(10);
  private static final long APPEND_MS = 1_000_000;

  private LedgerFold fold = new LedgerFold(LedgerFold.State.EMPTY, DEADLINE);
  private final List<LedgerFold.Closing> closings = new ArrayList<>();
  private long offset;

  private LedgerFoldTest apply(String id, Chunk... chunks) {
    for (Chunk chunk : chunks) {
      LedgerFold.Closing closing =
          fold.apply(id, new LogRecord(0, offset++, APPEND_MS + offset, chunk));
      if (closing != null) {
        closings.add(closing);
      }
    }
    return this;
  }

  @Test
  void aRequestHasOneResultWhenAFinishedCounts() {
    apply("a", queued(), started(1), tokens(1, 0, 10, 11), finished(1, 1), preview(1));
    assertThat(closings).isEmpty(); // its total is not what was taken
    apply("a", started(2), tokens(1, 2, 12), tokens(2, 2, 12), finished(2, 3));
    assertThat(closings)
        .singleElement()
        .satisfies(c -> {
          assertThat(c.requestId()).isEqualTo("a");
          assertThat(c.request().next()).isEqualTo(3);
          assertThat(c.request().attempts()).isEqualTo(2);
          assertThat(c.request().firstOffset()).isEqualTo(2);
          assertThat(c.request().lastOffset()).isEqualTo(7);
          assertThat(c.request().model()).isEqualTo("echo");
          assertThat(c.offset()).isEqualTo(8);
        });
  }

  @Test
  void whatComesBehindAnEndIsNoNewRequest() {
    apply("a", started(1), finished(1, 0), started(2), finished(2, 0));
    assertThat(closings).hasSize(1);
    assertThat(fold.open("a")).isNull();
  }

  @Test
  void requestsOfAPartitionDoNotTouchEachOther() {
    apply("a", started(1), tokens(1, 0, 10));
    apply("b", started(2), finished(2, 0));
    apply("a", tokens(1, 1, 11), finished(1, 2));
    assertThat(closings).extracting(LedgerFold.Closing::requestId).containsExactly("b", "a");
  }

  @Test
  void itGoesOnFromItsStateWhereverItWasCut() {
    Chunk[] chunks = {
      queued(),
      started(1),
      tokens(1, 0, 10),
      started(2),
      tokens(2, 1, 11),
      finished(2, 2),
      started(3)
    };
    for (int cut = 0; cut <= chunks.length; cut++) {
      fold = new LedgerFold(LedgerFold.State.EMPTY, DEADLINE);
      closings.clear();
      for (int i = 0; i < chunks.length; i++) {
        if (i == cut) {
          fold = new LedgerFold(fold.state(), DEADLINE);
        }
        apply("a", chunks[i]);
      }
      assertThat(closings).as("cut at %d", cut).hasSize(1);
      assertThat(closings.getFirst().request().next()).isEqualTo(2);
    }
  }

  @Test
  void aRequestWithoutAnEndIsOverdueSomeTimeAfterItsDeadline() {
    apply("a", queued());
    long deadline = APPEND_MS + 1 + DEADLINE.toMillis();
    Duration grace = Duration.ofSeconds(30);
    assertThat(fold.overdue(deadline + grace.toMillis(), grace)).isEmpty();
    assertThat(fold.overdue(deadline + grace.toMillis() + 1, grace)).containsExactly("a");
    apply("a", started(1), finished(1, 0));
    assertThat(fold.overdue(Long.MAX_VALUE, grace)).isEmpty();
  }

  @Test
  void endedRequestsAreForgottenWithTheirChunks() {
    apply("a", started(1), finished(1, 0));
    fold.forget(APPEND_MS + 2);
    apply("a", started(2), finished(2, 0));
    assertThat(closings).hasSize(1);
    fold.forget(APPEND_MS + 3);
    apply("a", started(3), finished(3, 0));
    assertThat(closings).hasSize(2);
  }
}
