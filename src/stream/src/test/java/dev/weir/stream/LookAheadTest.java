package dev.weir.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

final class LookAheadTest {
  private long nowMs = 1_000_000;
  private boolean full;
  private int freeElsewhere;
  private final LookAhead lookAhead =
      new LookAhead(() -> full, () -> freeElsewhere, () -> Instant.ofEpochMilli(nowMs));

  @Test
  void aWorkerTakesNoMoreThanItRunsBeforeItIsFull() {
    assertThat(lookAhead.wanted()).isFalse();
    full = true;
    assertThat(lookAhead.wanted()).isTrue();
  }

  @Test
  void aSlotThatIsFreeForAMomentDoesNotEndTheLookAhead() {
    full = true;
    assertThat(lookAhead.wanted()).isTrue();
    full = false;
    nowMs += 5_000;
    assertThat(lookAhead.wanted()).isTrue();
    nowMs += 1;
    assertThat(lookAhead.wanted()).isFalse();
  }

  @Test
  void nothingIsTakenAwayFromAWorkerWithAFreeSlot() {
    full = true;
    freeElsewhere = 1;
    assertThat(lookAhead.wanted()).isFalse();
    freeElsewhere = 0;
    assertThat(lookAhead.wanted()).isTrue();
  }
}
