package dev.weir.engine;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

final class StepBudgetTest {
  /** A device whose steps take a fixed time, and more for each output and prompt token. */
  private record Device(double fixed, double perOutput, double perPromptToken) {
    long nanos(int outputs, int promptTokens) {
      return Math.round(fixed + perOutput * outputs + perPromptToken * promptTokens);
    }
  }

  @Property(tries = 300)
  void aLongPromptNeverStretchesAStepToThreeTimesItsTimeOnAnyDevice(
      @ForAll @DoubleRange(min = 1e5, max = 1e7) double fixed,
      @ForAll @DoubleRange(min = 1e3, max = 1e6) double perOutput,
      @ForAll @DoubleRange(min = 1e3, max = 1e5) double perPromptToken,
      @ForAll @IntRange(min = 1, max = 32) int outputs) {
    Device device = new Device(fixed, perOutput, perPromptToken);
    StepBudget budget = new StepBudget(2048);
    budget.learn(0, 0, 512, device.nanos(0, 512)); // a prompt alone, then outputs alone
    for (int i = 0; i < 20; i++) {
      budget.learn(outputs, 0, 0, device.nanos(outputs, 0));
    }
    for (int left = 4000; left > 0; ) {
      int tokens = Math.min(left, budget.promptTokens(outputs, 0));
      long nanos = device.nanos(outputs, tokens);
      boolean least = tokens <= LanguageModel.BLOCK_TOKENS;
      assertThat(least || nanos < 3 * device.nanos(outputs, 0)).isTrue();
      budget.learn(outputs, 0, tokens, nanos);
      left -= tokens;
    }
  }

  @Test
  void aPromptAloneGetsTheWholeStep() {
    StepBudget budget = new StepBudget(512);
    budget.learn(0, 0, 512, 1_000_000_000);
    assertThat(budget.promptTokens(0, 0)).isEqualTo(512);
  }

  @Test
  void aPromptGetsOnByABlockHoweverSlowTheDevice() {
    StepBudget budget = new StepBudget(512);
    budget.learn(0, 0, 16, 1_000_000_000);
    budget.learn(8, 0, 0, 1_000);
    assertThat(budget.promptTokens(8, 0)).isEqualTo(16);
  }

  @Test
  void aFasterDeviceGetsMoreOfAPromptIntoAStep() {
    StepBudget budget = new StepBudget(512);
    budget.learn(8, 0, 0, 10_000_000);
    budget.learn(0, 0, 100, 10_000_000);
    assertThat(budget.promptTokens(8, 0)).isEqualTo(100);
    for (int i = 0; i < 100; i++) {
      budget.learn(0, 0, 100, 5_000_000);
    }
    assertThat(budget.promptTokens(8, 0)).isBetween(195, 200);
  }
}
