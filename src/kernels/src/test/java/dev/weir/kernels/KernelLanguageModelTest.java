package dev.weir.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.engine.LogitsQuery;
import dev.weir.engine.SequenceSlice;
import dev.weir.engine.StepOutput;
import dev.weir.text.CheckpointException;
import dev.weir.text.ModelConfig;
import dev.weir.torch.TestingTensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class KernelLanguageModelTest {
  private static final ModelConfig CONFIG = TestingArchitectures.any(new Random(12));

  @Test
  void limitsSayWhatTheOptionsAskedFor() {
    TestingKernels.get();
    KernelOptions options = TestingKernels.F32.withSlots(4).withMaxContext(40);
    try (KernelLanguageModel model =
        KernelLanguageModel.load(TestingTensors.random(CONFIG, 1).checkpoint(CONFIG), options)) {
      assertThat(model.limits().contextLength()).isEqualTo(40);
      assertThat(model.limits().slots()).isEqualTo(4);
      assertThat(model.limits().cacheBlocks()).isEqualTo(4 * 3);
      assertThat(model.limits().rowInvariant()).isTrue();
      assertThat(model.limits().numericsId()).startsWith("0123456789abcdef-f32-kernels");
    }
  }

  @Test
  void threadsThatAreFoundWhileItRunsChangeNoBit() {
    TestingKernels.get();
    TestingTensors tensors = TestingTensors.random(CONFIG, 1);
    KernelOptions options = TestingKernels.F32.withThreads(KernelOptions.AUTO_THREADS);
    try (KernelLanguageModel found = KernelLanguageModel.load(tensors.checkpoint(CONFIG), options);
        KernelLanguageModel one =
            KernelLanguageModel.load(tensors.checkpoint(CONFIG), options.withThreads(1))) {
      assertThat(found.threads()).isEqualTo(UsableCores.count());
      assertThat(one.threads()).isOne();
      for (int step = 0; step < 300; step++) {
        SequenceSlice[] slices = {slice(0, 0, step % 40, 2, 3), slice(8, 0, 1, step % 7)};
        List<SequenceSlice> both = Arrays.asList(slices).subList(0, 1 + step % 2);
        StepOutput expected = one.step(both);
        StepOutput output = found.step(both);
        for (int row = 0; row < both.size(); row++) {
          assertThat(logits(output, row)).containsExactly(logits(expected, row));
        }
      }
      assertThat(found.threads()).isBetween(1, UsableCores.count());
    }
  }

  /** Channel 5 overflows in the first norm; token 39 alone has something in it. */
  private static TestingTensors broken() {
    TestingTensors tensors = TestingTensors.random(CONFIG, 2);
    tensors.values("model.layers.0.input_layernorm.weight")[5] = Float.MAX_VALUE;
    float[] embedding = tensors.values("model.embed_tokens.weight");
    for (int token = 0; token < TestingArchitectures.VOCABULARY; token++) {
      embedding[token * CONFIG.hidden() + 5] = token == 39 ? 100 : 0;
    }
    return tensors;
  }

  /** Integers would hide it: the scale of its group carries it on. */
  @ParameterizedTest
  @MethodSource("dev.weir.kernels.TestingKernels#variantsAndPrecisions")
  void anActivationThatIsNotFiniteEndsItsOwnRowsAlone(Variant variant, KernelPrecision precision) {
    try (KernelLanguageModel model = load(broken(), precision, variant)) {
      float[] alone = logits(model.step(List.of(slice(0, 0, 1, 2, 3))), 0);
      float[] other = logits(model.step(List.of(slice(0, 0, 7))), 0);
      // All rows of a tile, the broken ones between the others.
      StepOutput output =
          model.step(
              List.of(
                  slice(0, 0, 39, 2), slice(8, 0, 1, 2, 3), slice(16, 0, 4, 39), slice(24, 0, 7)));
      assertThat(output.argMax(0)).isEqualTo(-1); // of a token that sees the broken one
      assertThat(output.argMax(1)).isNotNegative();
      assertThat(logits(output, 1)).containsExactly(alone);
      assertThat(output.argMax(2)).isEqualTo(-1);
      assertThat(output.argMax(3)).isNotNegative();
      assertThat(logits(output, 3)).containsExactly(other);
    }
  }

  @ParameterizedTest
  @EnumSource(KernelPrecision.class)
  void normWeightsThatOverflowEndTheRowsInEveryPrecision(KernelPrecision precision) {
    TestingTensors tensors = TestingTensors.random(CONFIG, 2);
    tensors.values("model.layers.0.post_attention_layernorm.weight")[0] = Float.MAX_VALUE;
    tensors.values("model.layers.0.post_attention_layernorm.weight")[1] = -Float.MAX_VALUE;
    try (KernelLanguageModel model = load(tensors, precision)) {
      int[] tokens = new int[20];
      for (int i = 0; i < tokens.length; i++) {
        tokens[i] = i;
      }
      StepOutput output =
          model.step(
              List.of(
                  new SequenceSlice(
                      0,
                      tokens,
                      new int[] {0, 1},
                      Collections.nCopies(tokens.length, LogitsQuery.ARG_MAX))));
      for (int row = 0; row < tokens.length; row++) {
        assertThat(output.argMax(row)).isEqualTo(-1);
      }
    }
  }

  /**
   * What a sequence left in its blocks, and what it never wrote, is nobody's business: neither the
   * blocks behind a sequence nor the tail of its own.
   */
  @ParameterizedTest
  @MethodSource("dev.weir.kernels.TestingKernels#variantsAndPrecisions")
  void blocksOfABrokenSequenceAreUsedAgainWithoutATrace(
      Variant variant, KernelPrecision precision) {
    try (KernelLanguageModel model = load(broken(), precision, variant)) {
      float[] fresh = logits(model.step(List.of(slice(8, 0, 1, 2, 3))), 0);
      int[] all = new int[60];
      Arrays.fill(all, 39);
      assertThat(model.step(List.of(slice(0, 0, all))).argMax(0)).isEqualTo(-1);
      for (int i = 0; i < 3; i++) {
        StepOutput output = model.step(List.of(slice(0, i, i + 1)));
        if (i == 2) {
          assertThat(output.argMax(0)).isNotNegative();
          assertThat(logits(output, 0)).containsExactly(fresh);
        }
      }
    }
  }

  @Test
  void aMissingTensorIsNamed() {
    TestingTensors tensors = TestingTensors.random(CONFIG, 1);
    tensors.remove("model.layers.0.mlp.up_proj.weight");
    assertThatThrownBy(() -> load(tensors, KernelPrecision.F32))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("model.layers.0.mlp.up_proj.weight");
  }

  @Test
  void theOutputOfAStepIsValidUntilTheNextOne() {
    try (KernelLanguageModel model = load(TestingTensors.random(CONFIG, 1), KernelPrecision.AUTO)) {
      StepOutput first = model.step(List.of(slice(0, 0, 1)));
      model.step(List.of(slice(0, 1, 2)));
      assertThatThrownBy(() -> first.argMax(0)).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void aStepThatTheLimitsForbidNeverReachesTheKernels() {
    try (KernelLanguageModel model = load(TestingTensors.random(CONFIG, 1), KernelPrecision.AUTO)) {
      assertThatThrownBy(() -> model.step(List.of(slice(0, 0, 40))))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("token 40 is not allowed");
    }
  }

  @Test
  void progressRisesToOne() {
    NativeKernels kernels = TestingKernels.get();
    List<Double> told = new ArrayList<>();
    KernelLanguageModel.load(
            TestingTensors.random(CONFIG, 1).checkpoint(CONFIG),
            TestingKernels.F32,
            List.of(),
            told::add,
            kernels,
            kernels.variant())
        .close();
    assertThat(told).isSorted().endsWith(1.0).hasSizeGreaterThan(5);
  }

  private static KernelLanguageModel load(TestingTensors tensors, KernelPrecision precision) {
    return load(tensors, precision, TestingKernels.get().variant());
  }

  private static KernelLanguageModel load(
      TestingTensors tensors, KernelPrecision precision, Variant variant) {
    KernelOptions options = TestingKernels.F32.withPrecision(precision);
    return TestingKernels.load(tensors.checkpoint(CONFIG), options, variant);
  }

  private static SequenceSlice slice(int firstBlock, int start, int... tokens) {
    int[] blocks = {firstBlock, firstBlock + 1, firstBlock + 2, firstBlock + 3};
    return new SequenceSlice(start, tokens, blocks, List.of(LogitsQuery.WHOLE));
  }

  private static float[] logits(StepOutput output, int row) {
    float[] logits = new float[TestingArchitectures.VOCABULARY];
    output.logits(row, logits);
    return logits;
  }
}
