package dev.weir.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

final class SamplesTest {
  @Test
  void percentilesAreOfTheNearestRank() {
    Samples samples = Samples.of(5, 1, 4, 2, 3);
    assertThat(samples.percentile(50)).isEqualTo(3);
    assertThat(samples.percentile(99)).isEqualTo(5);
    assertThat(samples.percentile(1)).isEqualTo(1);
  }

  @Test
  void theMedianOfAnEvenNumberIsBetweenTheTwoInTheMiddle() {
    assertThat(Samples.of(8, 1, 2, 4).median()).isEqualTo(3);
    assertThat(Samples.of(List.of(7.0)).median()).isEqualTo(7);
  }

  @Test
  void nothingHasNoPercentile() {
    assertThat(Samples.of().percentile(50)).isNaN();
    assertThat(Samples.of().median()).isNaN();
  }

  /** The definition: the least sample that at least p percent of the samples do not exceed. */
  @Property(tries = 200)
  void aPercentileIsTheLeastSampleThatCoversItsShare(
      @ForAll @Size(min = 1, max = 30) List<@DoubleRange(min = -5, max = 5) Double> values,
      @ForAll @DoubleRange(min = 0.1, max = 100) double p) {
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    double expected =
        Arrays.stream(sorted)
            .filter(candidate ->
                Arrays.stream(sorted).filter(value -> value <= candidate).count() * 100.0
                    >= p * sorted.length - 1e-9)
            .findFirst()
            .orElseThrow();
    assertThat(Samples.of(values).percentile(p)).isEqualTo(expected);
  }
}
