package dev.weir.train.masked;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class UnmaskingTest {
  private static final int MANY = 100; // evaluations that are left
  private static final int[] ORDER = order();

  /** 3, 1, 0, 2, then as they lie. */
  private static int[] order() {
    int[] order = IntStream.range(0, 17).toArray();
    System.arraycopy(new int[] {3, 1, 0, 2}, 0, order, 0, 4);
    return order;
  }

  private static List<Integer> next(int evaluationsLeft, double... entropies) {
    boolean[] unknown = new boolean[ORDER.length];
    float[] narrow = new float[entropies.length + 1];
    for (int i = 0; i < entropies.length; i++) {
      unknown[i] = entropies[i] >= 0;
      narrow[i + 1] = (float) entropies[i];
    }
    return Unmasking.next(ORDER, unknown, narrow, 1, evaluationsLeft);
  }

  @Test
  void theNextOfTheOrderComeUntilAllButTheLargestExceedTheBound() {
    assertThat(next(MANY, 2, 0.06, 0.03, 0.05, 1)).containsExactly(3, 1); // 0.05 + 0.06 + 2 - 2
    assertThat(next(MANY, 2, 0.04, 0.005, 0.05, 1)).containsExactly(3, 1, 0, 2);
    assertThat(next(MANY, 0, 0, 0, 0)).containsExactly(3, 1, 0, 2);
  }

  @Test
  void thereIsAlwaysOne() {
    assertThat(next(MANY, 5, 4, 3)).containsExactly(1);
    assertThat(next(MANY, 5, -1, 3)).containsExactly(0); // only what is unknown
  }

  @Test
  void whatIsLeftIsSpreadOverTheLastEvaluations() {
    double[] uncertain = new double[17];
    Arrays.fill(uncertain, 3);
    assertThat(next(8, uncertain)).hasSize(1);
    assertThat(next(7, uncertain)).hasSize(3); // 17 in 8
    assertThat(next(1, uncertain)).hasSize(9);
    assertThat(next(0, uncertain)).hasSize(17);
  }

  @Test
  void everyOrderIsAsLikely() {
    Map<String, Integer> often = new HashMap<>();
    SplittableRandom random = new SplittableRandom(8);
    for (int i = 0; i < 6_000; i++) {
      often.merge(Arrays.toString(Unmasking.order(random, 3)), 1, Integer::sum);
    }
    assertThat(often).hasSize(6);
    assertThat(often.values()).allSatisfy(count -> assertThat(count).isBetween(860, 1_140));
  }
}
