package dev.weir.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weir.engine.LogitsQuery;
import dev.weir.engine.SequenceSlice;
import dev.weir.text.ModelConfig;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Every native tensor has an owner that closes it. */
class NativeMemoryTest {
  private static final ModelConfig CONFIG = TestingConfigs.small();

  /** What compilers and logging of the JVM take in the meantime. */
  private static final long NOISE_BYTES = 16 << 20;

  private static final int STEPS = 3000;
  private static final int TOKENS = 90;

  @Test
  void aThousandStepsLeaveNoTensorBehind() {
    try (TorchLanguageModel model = load(CONFIG)) {
      steps(model, 50);
      int live = model.liveTensors();
      long before = heap().map(NativeHeap::bytesInUse).orElse(0L);
      steps(model, STEPS);
      assertThat(model.liveTensors()).isEqualTo(live);
      // The logits alone, 14 kB a step, would be more.
      long leaked = (long) STEPS * TOKENS * CONFIG.vocabulary() * Float.BYTES;
      assertThat(leaked).isGreaterThan(2 * NOISE_BYTES);
      assertThat(NativeHeap.settled(before + NOISE_BYTES)).isLessThan(before + NOISE_BYTES);
    }
  }

  @Test
  void closingFreesWeightsAndCache() {
    assumeTrue(heap().isPresent(), "skipped: the C library has no mallinfo2");
    ModelConfig wide = TestingConfigs.wide();
    load(wide).close();
    long before = heap().orElseThrow().bytesInUse();
    long used = 0;
    for (int i = 0; i < 3; i++) {
      try (TorchLanguageModel model = load(wide)) {
        steps(model, 1);
        used = heap().orElseThrow().bytesInUse() - before;
        // More than 14 million weights, or the test shows nothing.
        assertThat(used).isGreaterThan(3 * NOISE_BYTES);
      }
    }
    // Three that were not freed would be three times as much; the rest is for the compilers.
    assertThat(NativeHeap.settled(before + used / 2)).isLessThan(before + used / 2);
  }

  private static void steps(TorchLanguageModel model, int count) {
    int[] tokens = new int[TOKENS];
    Arrays.setAll(tokens, i -> i % TestingConfigs.VOCABULARY);
    List<SequenceSlice> slices =
        List.of(
            new SequenceSlice(
                0,
                tokens,
                TestingConfigs.blocks(0),
                Collections.nCopies(TOKENS, LogitsQuery.WHOLE)),
            new SequenceSlice(
                0, new int[] {1}, TestingConfigs.blocks(1), List.of(LogitsQuery.ARG_MAX)));
    for (int i = 0; i < count; i++) {
      model.step(slices);
    }
  }

  private static TorchLanguageModel load(ModelConfig config) {
    return TorchLanguageModel.load(
        TestingTensors.random(config, 1).checkpoint(config), TestingConfigs.OPTIONS);
  }

  private static Optional<NativeHeap> heap() {
    return NativeHeap.find();
  }
}
