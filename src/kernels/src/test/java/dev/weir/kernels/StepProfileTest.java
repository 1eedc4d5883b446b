package dev.weir.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.engine.LogitsQuery;
import dev.weir.engine.SequenceSlice;
import dev.weir.text.ModelConfig;
import dev.weir.torch.TestingTensors;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class StepProfileTest {
  private static final ModelConfig CONFIG = TestingArchitectures.any(new Random(12));

  @Test
  void aStepWithoutQueriesHasAllPhasesButHeadAndAnswers() {
    try (KernelLanguageModel model = model()) {
      StepProfile profile = model.profile();
      model.step(List.of(slice(List.of())));
      assertThat(timed(profile))
          .isEqualTo(EnumSet.complementOf(EnumSet.of(StepPhase.HEAD, StepPhase.ANSWERS)));
      model.step(List.of(slice(List.of(LogitsQuery.WHOLE))));
      assertThat(timed(profile)).isEqualTo(EnumSet.allOf(StepPhase.class));
    }
  }

  @Test
  void aClearedProfileHasTheNextStepAlone() {
    try (KernelLanguageModel model = model()) {
      StepProfile profile = model.profile();
      model.step(List.of(slice(List.of(LogitsQuery.WHOLE))));
      profile.clear();
      assertThat(timed(profile)).isEmpty();
      model.step(List.of(slice(List.of())));
      assertThat(profile.nanos(StepPhase.HEAD)).isZero();
      assertThat(profile.nanos(StepPhase.ATTENTION)).isPositive();
    }
  }

  private static Set<StepPhase> timed(StepProfile profile) {
    return Arrays.stream(StepPhase.values())
        .filter(phase -> profile.nanos(phase) > 0)
        .collect(Collectors.toCollection(() -> EnumSet.noneOf(StepPhase.class)));
  }

  private static KernelLanguageModel model() {
    NativeKernels kernels = TestingKernels.get();
    return TestingKernels.load(
        TestingTensors.random(CONFIG, 1).checkpoint(CONFIG),
        TestingKernels.F32.withPrecision(KernelPrecision.GROUPS),
        kernels.variant());
  }

  private static SequenceSlice slice(List<LogitsQuery> queries) {
    return new SequenceSlice(0, new int[] {1, 2, 3}, new int[] {0}, queries);
  }
}
