package dev.weir.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;

final class WarmUpTest {
  private static int rounds(Duration limit, List<Double> rates) throws InterruptedException {
    int[] rounds = {0};
    Iterator<Double> next = rates.iterator();
    WarmUp.until(
        limit,
        () -> {
          rounds[0]++;
          return next.next();
        });
    return rounds[0];
  }

  @Test
  void itEndsWhenTwoRoundsInARowAreHardlyFaster() throws InterruptedException {
    Duration limit = Duration.ofHours(1);
    assertThat(rounds(limit, List.of(1.0, 1.0, 1.0, 9.0))).isEqualTo(3);
    assertThat(rounds(limit, List.of(1.0, 2.0, 2.05, 2.2, 2.1, 2.2, 9.0))).isEqualTo(6);
    // each a little, together a lot: 1.02 of the fastest is hardly faster
    assertThat(rounds(limit, List.of(1.0, 1.02, 1.04, 9.0))).isEqualTo(3);
  }

  @Test
  void itEndsAtItsLimit() throws InterruptedException {
    assertThat(rounds(Duration.ZERO, List.of())).isZero();
  }
}
