package dev.weir.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.engine.LanguageModel;
import dev.weir.engine.LogitsQuery;
import dev.weir.engine.SequenceSlice;
import dev.weir.text.ModelConfig;
import dev.weir.torch.TestingTensors;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A sequence longer than the cache, of a model whose layers see the last tokens only. */
class SlidingCacheTest {
  private static final int CONTEXT = 400;
  private static final int WINDOW = 40;
  private static final int BLOCKS = 5; // 40 tokens touch 4 at most, and one to go on
  private static final ModelConfig CONFIG =
      TestingArchitectures.withWindows(
          TestingArchitectures.any(new Random(12), CONTEXT), List.of(25, WINDOW));
  private static final TestingTensors TENSORS = TestingTensors.random(CONFIG, 5);

  @ParameterizedTest
  @MethodSource("dev.weir.kernels.TestingKernels#variants")
  void goesRoundInTheBlocksOfItsWindowWithTheBitsOfAWholeCache(Variant variant) {
    Random random = new Random(7);
    try (KernelLanguageModel whole = open(variant, 0);
        KernelLanguageModel small = open(variant, BLOCKS)) {
      assertThat(small.limits().cacheBlocks()).isEqualTo(BLOCKS);
      assertThat(small.limits().longest()).isEqualTo(CONTEXT);
      int start = 0;
      while (start < CONTEXT) {
        int left = Math.max(0, start + 1 - WINDOW) / LanguageModel.BLOCK_TOKENS;
        int room = (left + BLOCKS) * LanguageModel.BLOCK_TOKENS - start;
        int count = Math.min(1 + random.nextInt(room), CONTEXT - start);
        int used = Math.ceilDiv(start + count, LanguageModel.BLOCK_TOKENS);
        int[] all = IntStream.range(0, used).toArray();
        int[] ring = IntStream.range(0, used).map(block -> block % BLOCKS).toArray();
        Arrays.fill(ring, 0, left, SequenceSlice.NO_BLOCK);
        assertThat(logits(small, start, count, ring)).isEqualTo(logits(whole, start, count, all));
        start += count;
      }
    }
  }

  private static KernelLanguageModel open(Variant variant, int blocks) {
    // keys and values of one position, in floats
    long bytes = 2L * CONFIG.layers() * CONFIG.kvHeads() * CONFIG.headSize() * Float.BYTES;
    KernelOptions options =
        new KernelOptions(
            KernelPrecision.F32, 1, CONTEXT, blocks * LanguageModel.BLOCK_TOKENS * bytes, 2);
    return TestingKernels.load(TENSORS.checkpoint(CONFIG), options, variant);
  }

  private static float[] logits(KernelLanguageModel model, int start, int count, int[] blocks) {
    int[] tokens = TestingArchitectures.text(start, count);
    float[] logits = new float[TestingArchitectures.VOCABULARY];
    model
        .step(List.of(new SequenceSlice(start, tokens, blocks, List.of(LogitsQuery.WHOLE))))
        .logits(0, logits);
    return logits;
  }
}
