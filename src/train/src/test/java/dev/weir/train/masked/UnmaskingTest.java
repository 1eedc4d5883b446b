package dev.weir.train.masked;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

final class UnmaskingTest {
  private static final int MANY = 100; // evaluations that are left

  private static List<Integer> next(int evaluationsLeft, double... entropies) {
    boolean[] unknown = new boolean[entropies.length];
    float[] narrow = new float[entropies.length + 1];
    for (int i = 0; i < entropies.length; i++) {
      unknown[i] = entropies[i] >= 0;
      narrow[i + 1] = (float) entropies[i];
    }
    return Unmasking.next(unknown, narrow, 1, evaluationsLeft);
  }

  @Test
  void theMostCertainComeFirstUntilAllButTheLargestExceedTheBound() {
    assertThat(next(MANY, 0.06, 2, 0.03, 0.05, 1)).containsExactly(2, 3, 0);
    assertThat(next(MANY, 0.01, 2, 0.03, 0.05, 1)).containsExactly(0, 2, 3, 4);
    assertThat(next(MANY, 0, 0, 0, 0)).containsExactly(0, 1, 2, 3);
  }

  @Test
  void thereIsAlwaysOne() {
    assertThat(next(MANY, 5, 4, 3)).containsExactly(2);
    assertThat(next(MANY, 5, 5, 5)).containsExactly(0); // of equal ones the first
    assertThat(next(MANY, -1, 5, -1)).containsExactly(1); // only what is unknown
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
}
