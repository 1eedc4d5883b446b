package dev.weir.standalone.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.engine.LanguageModel;
import dev.weir.engine.ModelLimits;
import dev.weir.engine.SequenceSlice;
import dev.weir.engine.StepOutput;
import dev.weir.engine.TestingLanguageModel;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class FlipRateTest {
  private static final ModelLimits LIMITS = new ModelLimits(32, 200, 2, 26, true, "testing");

  private final List<int[]> windows =
      List.of(new Random(1).ints(150, 1, 32).toArray(), new Random(2).ints(150, 1, 32).toArray());

  @Test
  void anInvariantModelNeverFlips() {
    assertThat(FlipRate.of(new TestingLanguageModel(LIMITS), windows))
        .isEqualTo(new FlipRate(0, 300));
  }

  @Test
  void everyTokenThatChangesInABatchCounts() {
    TestingLanguageModel model = new TestingLanguageModel(LIMITS);
    // a model whose rows are not numbers when two sequences meet at every tenth position
    LanguageModel unsure =
        new LanguageModel() {
          @Override
          public ModelLimits limits() {
            return model.limits();
          }

          @Override
          public StepOutput step(List<SequenceSlice> slices) {
            boolean meet = slices.size() == 2 && slices.getFirst().start() % 10 == 0;
            model.poisonPosition(meet ? slices.getFirst().start() : -1);
            return model.step(slices);
          }

          @Override
          public void close() {
            model.close();
          }
        };
    assertThat(FlipRate.of(unsure, windows)).isEqualTo(new FlipRate(30, 300));
  }
}
