package dev.weir.bench.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weir.torch.QualityReport;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class ReferenceLogitsTest {
  private static final List<int[]> WINDOWS = List.of(new int[] {0, 1, 0, 1}, new int[] {1, 1});

  /** Rows of a coin with p in favour of token 0, ln of which is kept up to a constant. */
  private static LogitSource coin(double p) {
    return (windows, visitor) -> {
      for (int window = 0; window < windows.size(); window++) {
        for (int position = 0; position < windows.get(window).length; position++) {
          visitor.onRow(
              window, position, new float[] {(float) Math.log(p) + 7, (float) Math.log(1 - p) + 7});
        }
      }
    };
  }

  @Test
  void theDivergenceOfTwoCoinsIsThatOfTheTextbook() {
    try (ReferenceLogits reference = ReferenceLogits.of(coin(0.75), WINDOWS, 2)) {
      QualityReport report = reference.compare(coin(0.4));

      // KL(p || q) = p ln(p/q) + (1-p) ln((1-p)/(1-q))
      double expected = 0.75 * Math.log(0.75 / 0.4) + 0.25 * Math.log(0.25 / 0.6);
      assertThat(report.klDivergence()).isCloseTo(expected, within(1e-6));
      assertThat(report.sameTop1()).isZero();
      // The second halves: tokens 0, 1 of the first window and the last 1 of the second.
      assertThat(report.tokens()).isEqualTo(3);
      assertThat(report.perplexity()).isCloseTo(Math.pow(0.4 * 0.6 * 0.6, -1.0 / 3), within(1e-5));
    }
  }

  @Test
  void rowsOfAnotherVocabularyAreRefused() {
    try (ReferenceLogits reference = ReferenceLogits.of(coin(0.5), WINDOWS, 2)) {
      LogitSource other = (windows, visitor) -> visitor.onRow(0, 2, new float[3]);
      assertThatThrownBy(() -> reference.compare(other))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("3 logits, the reference has 2");
    }
  }

  @Test
  void promptsAndSingleTokensAskTheModelForTheSameRows() {
    SplittableRandom random = new SplittableRandom(1);
    List<int[]> windows = new ArrayList<>();
    for (int length : new int[] {40, 33, 17, 40, 2}) {
      windows.add(random.ints(length, 0, TestingModel.VOCABULARY).toArray());
    }
    int slots = 3;
    try (ReferenceLogits reference =
        ReferenceLogits.of(
            OwnLogits.prefilled(new TestingModel(slots)), windows, TestingModel.VOCABULARY)) {
      QualityReport report = reference.compare(OwnLogits.decoded(new TestingModel(slots), slots));

      assertThat(report.tokens()).isEqualTo(20 + 16 + 8 + 20 + 1);
      assertThat(report.klDivergence()).isZero();
      assertThat(report.sameTop1()).isEqualTo(1);
    }
  }
}
