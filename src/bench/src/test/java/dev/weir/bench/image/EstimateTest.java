package dev.weir.bench.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class EstimateTest {
  /** Newcombe 1998, "Two-sided confidence intervals for the single proportion", table I. */
  @Test
  void theIntervalOfAShareIsWilsons() {
    Estimate estimate = Estimate.ofShare(81, 263);
    assertThat(estimate.value()).isEqualTo(81 / 263.0);
    assertThat(estimate.low()).isEqualTo(0.2553, within(5e-5));
    assertThat(estimate.high()).isEqualTo(0.3662, within(5e-5));
    assertThat(Estimate.ofShare(0, 20).low()).isEqualTo(0, within(1e-12));
    assertThat(Estimate.ofShare(0, 20).high()).isEqualTo(0.1611, within(5e-5));
  }

  @Test
  void theIntervalOfAMeanIsThatOfTheNormalDistributionWhereThereAreManyValues() {
    SplittableRandom random = new SplittableRandom(3);
    double[] values = random.doubles(2_000).map(u -> u < 0.5 ? 0 : 2).toArray();
    Estimate estimate = Estimate.ofMean(values);
    double half = 1.96 / Math.sqrt(2_000); // the deviation is 1
    assertThat(estimate.value()).isEqualTo(Arrays.stream(values).average().orElseThrow());
    assertThat(estimate.high() - estimate.value()).isEqualTo(half, within(0.15 * half));
    assertThat(estimate.value() - estimate.low()).isEqualTo(half, within(0.15 * half));
  }

  @Test
  void aRatioIsOfSumsAndOtherUnitsKeepTheOrderOfItsEnds() {
    Estimate estimate = Estimate.ofRatio(new double[] {1, 8}, new double[] {1, 2});
    assertThat(estimate.value()).isEqualTo(3);
    assertThat(estimate.times(-2)).isEqualTo(new Estimate(-6, -8, -2));
  }
}
