package dev.weir.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.engine.LogitsQuery;
import dev.weir.engine.SequenceSlice;
import dev.weir.engine.StepOutput;
import dev.weir.text.ModelConfig;
import dev.weir.torch.TestingTensors;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Attention over a context of several parts, each with a softmax of its own: the bits are the same
 * whether one thread computes them one after another or several at once, and whatever else of a
 * prompt is computed in the same step.
 */
class LongContextTest {
  private static final int CONTEXT = 1200;
  private static final int PROMPT = 1095;
  private static final int LENGTH = 1103;

  // a layer that sees all, one that sees the last 700
  private static final ModelConfig CONFIG =
      TestingArchitectures.withWindows(
          TestingArchitectures.any(new Random(12), CONTEXT), List.of(0, 700));
  private static final TestingTensors TENSORS = TestingTensors.random(CONFIG, 3);

  @ParameterizedTest
  @MethodSource("dev.weir.kernels.TestingKernels#variants")
  void partsOfAContextAreMergedToTheSameBits(Variant variant) {
    float[][] expected = rows(variant, 1, PROMPT);
    assertThat(expected[0]).doesNotContain(Float.NaN);
    assertThat(rows(variant, 3, PROMPT)).isDeepEqualTo(expected);
    assertThat(rows(variant, 2, 100, 412, 583)).isDeepEqualTo(expected);
    assertThat(rows(variant, 1, PROMPT - 1, 1)).isDeepEqualTo(expected);
    assertThat(rows(Variant.PORTABLE, 1, 512, 583)).isDeepEqualTo(expected);
  }

  @ParameterizedTest
  @MethodSource("dev.weir.kernels.TestingKernels#variants")
  void rowsThatNobodyAsksForChangeNothing(Variant variant) {
    float[][] expected = rows(variant, 1, PROMPT);
    try (KernelLanguageModel model = open(variant, 2)) {
      int wanted = LENGTH - PROMPT;
      StepOutput output = model.step(List.of(slice(0, LENGTH - 1, wanted)));
      for (int row = 0; row < wanted; row++) {
        assertThat(logits(output, row)).containsExactly(expected[row]);
      }
    }
  }

  /** Logits behind the prompt, computed in chunks, and behind each token that follows it alone. */
  private static float[][] rows(Variant variant, int threads, int... chunks) {
    float[][] rows = new float[LENGTH - PROMPT][];
    try (KernelLanguageModel model = open(variant, threads)) {
      int start = 0;
      for (int chunk : chunks) {
        boolean last = start + chunk == PROMPT;
        StepOutput output = model.step(List.of(slice(start, chunk, last ? 1 : 0)));
        start += chunk;
        if (last) {
          rows[0] = logits(output, 0);
        }
      }
      for (; start < LENGTH - 1; start++) {
        rows[start + 1 - PROMPT] = logits(model.step(List.of(slice(start, 1, 1))), 0);
      }
    }
    return rows;
  }

  private static KernelLanguageModel open(Variant variant, int threads) {
    KernelOptions options =
        TestingKernels.F32
            .withPrecision(KernelPrecision.GROUPS)
            .withSlots(1)
            .withMaxContext(CONTEXT)
            .withThreads(threads);
    return TestingKernels.load(TENSORS.checkpoint(CONFIG), options, variant);
  }

  private static SequenceSlice slice(int start, int count, int queried) {
    int[] tokens = TestingArchitectures.text(start, count);
    int[] blocks = IntStream.range(0, (CONTEXT + 15) / 16).toArray();
    return new SequenceSlice(
        start, tokens, blocks, Collections.nCopies(queried, LogitsQuery.WHOLE));
  }

  private static float[] logits(StepOutput output, int row) {
    float[] logits = new float[TestingArchitectures.VOCABULARY];
    output.logits(row, logits);
    return logits;
  }
}
