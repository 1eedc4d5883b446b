package dev.weir.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.engine.LogitsQuery;
import dev.weir.engine.SequenceSlice;
import dev.weir.engine.StepOutput;
import dev.weir.text.Checkpoint;
import dev.weir.text.Checkpoints;
import dev.weir.torch.Fixtures;
import dev.weir.torch.TestingConfigs;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A row's logits are the same bits whatever runs beside it, and on whatever instructions. */
class RowInvarianceTest {
  /** Two segments of attention, and a block that is not full. */
  private static final int LENGTH = 74;

  static Stream<Arguments> models() {
    return Stream.of("llama", "mistral", "qwen2", "qwen3")
        .flatMap(name ->
            Stream.of(KernelPrecision.GROUPS, KernelPrecision.BF16, KernelPrecision.F32)
                .map(precision -> Arguments.of(name, precision)));
  }

  @ParameterizedTest
  @MethodSource("models")
  void chunksAndNeighboursAndThreadsAndVariantsChangeNothing(
      String name, KernelPrecision precision) {
    KernelOptions options = TestingKernels.F32.withPrecision(precision);
    float[][] expected;
    try (KernelLanguageModel model = open(name, options, Variant.PORTABLE)) {
      expected = rows(model, new int[] {LENGTH}, 0);
    }
    for (Variant variant : TestingKernels.variants().toList()) {
      int mostThreads = variant == Variant.PORTABLE ? 1 : 2; // plain C is slow
      for (int threads = 1; threads <= mostThreads; threads++) {
        try (KernelLanguageModel model = open(name, options.withThreads(threads), variant)) {
          Random random = new Random(7);
          for (int neighbours : new int[] {0, 6}) {
            for (int[] chunks : new int[][] {{LENGTH}, ones(), {16, 1, 31, 26}, {3, 64, 7}}) {
              assertSame(rows(model, chunks, neighbours, random), expected);
            }
          }
        }
      }
    }
  }

  private static int[] ones() {
    int[] chunks = new int[LENGTH];
    Arrays.fill(chunks, 1);
    return chunks;
  }

  private static float[][] rows(KernelLanguageModel model, int[] chunks, int neighbours) {
    return rows(model, chunks, neighbours, new Random(1));
  }

  /** Logits behind every token of one sequence, computed in chunks beside other sequences. */
  private static float[][] rows(
      KernelLanguageModel model, int[] chunks, int neighbours, Random random) {
    int vocabulary = model.limits().vocabulary();
    float[][] rows = new float[LENGTH][vocabulary];
    int[] lengths = new int[neighbours];
    int start = 0;
    for (int chunk : chunks) {
      List<SequenceSlice> slices = new ArrayList<>();
      int before = 0;
      for (int i = 0; i < neighbours; i++) {
        int n = Math.min(1 + random.nextInt(random.nextBoolean() ? 1 : 20), 128 - lengths[i]);
        if (n > 0) {
          int[] tokens = random.ints(n, 0, vocabulary).toArray();
          boolean queried = random.nextBoolean();
          slices.add(slice(lengths[i], tokens, i + 1, queried ? 1 : 0));
          before += queried ? 1 : 0;
          lengths[i] += n;
        }
      }
      int[] tokens = new int[chunk];
      for (int i = 0; i < chunk; i++) {
        tokens[i] = (31 * (start + i) + 5) % vocabulary;
      }
      slices.add(slice(start, tokens, 0, chunk));
      StepOutput output = model.step(slices);
      for (int i = 0; i < chunk; i++) {
        output.logits(before + i, rows[start + i]);
      }
      start += chunk;
    }
    return rows;
  }

  private static SequenceSlice slice(int start, int[] tokens, int slot, int queried) {
    List<LogitsQuery> queries = new ArrayList<>();
    for (int i = 0; i < queried; i++) {
      queries.add(LogitsQuery.WHOLE);
    }
    return new SequenceSlice(start, tokens, TestingConfigs.blocks(slot), queries);
  }

  private static void assertSame(float[][] actual, float[][] expected) {
    for (int i = 0; i < LENGTH; i++) {
      assertThat(actual[i]).as("position %d", i).containsExactly(expected[i]);
    }
  }

  private static KernelLanguageModel open(String name, KernelOptions options, Variant variant) {
    try (Checkpoint checkpoint = Checkpoints.open(Fixtures.path("text/" + name), "config.json")) {
      return TestingKernels.load(checkpoint, options, variant);
    }
  }
}
