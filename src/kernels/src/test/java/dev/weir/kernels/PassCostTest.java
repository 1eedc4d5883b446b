package dev.weir.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

final class PassCostTest {
  private final PassCost cost = new PassCost();

  @Test
  void aPassLikeNoneBeforeHasNoCost() {
    cost.learn(4, 100);
    assertThat(cost.of(5)).isZero();
    assertThat(cost.of(4)).isEqualTo(100);
  }

  /** Wherever it is learned, it counts for sizes an eighth of a power of two around alone. */
  @Property
  void aSizeTellsOfThoseNearByAndOfNoOthers(
      @ForAll @IntRange(min = 1, max = 1 << 20) int rows,
      @ForAll @IntRange(min = 1, max = 1 << 20) int other) {
    tellsOfThoseNearByAlone(rows, other);
  }

  @Test
  void smallSizesTellOfNoOthersEither() {
    for (int rows = 1; rows < 100; rows++) {
      for (int other = 1; other < 100; other++) {
        tellsOfThoseNearByAlone(rows, other);
      }
    }
  }

  private static void tellsOfThoseNearByAlone(int rows, int other) {
    PassCost learned = new PassCost();
    learned.learn(rows, rows);
    assertThat(learned.of(rows)).isEqualTo(rows, within(1e-9));
    if (learned.of(other) > 0) {
      assertThat(learned.of(other)).isEqualTo(other, within(1e-9));
      assertThat(Math.abs(other - rows)).isLessThanOrEqualTo(rows < 16 ? 0 : rows / 8);
    }
  }

  @Test
  void itIsLearnedSlowlyAndScaledAtOnce() {
    cost.learn(1, 100);
    cost.learn(1, 164);
    assertThat(cost.of(1)).isEqualTo(101, within(1e-9));
    cost.scale(2);
    assertThat(cost.of(1)).isEqualTo(202, within(1e-9));
    for (int i = 0; i < 1000; i++) {
      cost.learn(1, 50);
    }
    assertThat(cost.of(1)).isEqualTo(50, within(0.1));
  }
}
