package dev.weir.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.weir.engine.LogitsQuery;
import dev.weir.engine.SequenceSlice;
import dev.weir.engine.StepOutput;
import dev.weir.text.ModelConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** The float32 program of any architecture against the definition, in plain Java. */
class ProgramPropertiesTest {
  private static final double TOLERANCE = 2e-4;
  private static final int SLOTS = 6;

  @Property(tries = 30)
  void everyConfigComputesItsDefinition(@ForAll long seed) {
    Random random = new Random(seed);
    ModelConfig config = TestingConfigs.any(random, random.nextBoolean());
    TestingTensors tensors = TestingTensors.random(config, seed);
    int[] tokens = random.ints(37, 0, TestingConfigs.VOCABULARY).toArray();
    double[][] expected = new PlainDecoder(config, tensors).logits(tokens);
    try (TorchLanguageModel model = load(config, tensors)) {
      SequenceScorer.Scores scores = SequenceScorer.score(model, tokens);
      assertClose(scores.lastLogits(), expected[tokens.length - 1]);
      for (int t = 0; t < tokens.length; t++) {
        double sum = Arrays.stream(expected[t]).map(Math::exp).sum();
        assertThat(scores.logSumExp()[t]).isCloseTo(Math.log(sum), within(TOLERANCE));
      }
    }
  }

  /** Sequences of different lengths, cut anyhow, in any blocks, in steps with any others. */
  @Property(tries = 30)
  void everyScheduleComputesTheSame(@ForAll long seed) {
    Random random = new Random(seed);
    ModelConfig config = TestingConfigs.any(random, false);
    TestingTensors tensors = TestingTensors.random(config, seed);
    PlainDecoder definition = new PlainDecoder(config, tensors);
    int[][] sequences = new int[SLOTS][];
    double[][][] expected = new double[SLOTS][][];
    for (int slot = 0; slot < SLOTS; slot++) {
      sequences[slot] = random.ints(1 + random.nextInt(40), 0, TestingConfigs.VOCABULARY).toArray();
      expected[slot] = definition.logits(sequences[slot]);
    }
    int[] computed = new int[SLOTS];
    int[][] blocks = tables(random);
    try (TorchLanguageModel model = load(config, tensors)) {
      while (!Arrays.equals(computed, Arrays.stream(sequences).mapToInt(s -> s.length).toArray())) {
        step(model, random, sequences, blocks, computed, expected);
      }
    }
  }

  private static void step(
      TorchLanguageModel model,
      Random random,
      int[][] sequences,
      int[][] blocks,
      int[] computed,
      double[][][] expected) {
    List<SequenceSlice> slices = new ArrayList<>();
    List<Integer> slots = new ArrayList<>();
    for (int slot = SLOTS - 1; slot >= 0; slot--) {
      int left = sequences[slot].length - computed[slot];
      if (left == 0 || random.nextInt(4) == 0) {
        continue;
      }
      int n = random.nextBoolean() ? 1 : 1 + random.nextInt(left);
      int[] tokens = Arrays.copyOfRange(sequences[slot], computed[slot], computed[slot] + n);
      slices.add(
          new SequenceSlice(
              computed[slot],
              tokens,
              seenBlocks(model, blocks[slot], computed[slot]),
              Collections.nCopies(
                  random.nextInt(n + 1),
                  random.nextBoolean() ? LogitsQuery.WHOLE : LogitsQuery.ARG_MAX)));
      slots.add(slot);
    }
    if (slices.isEmpty()) {
      return;
    }
    StepOutput output = model.step(slices);
    float[] logits = new float[TestingConfigs.VOCABULARY];
    int row = 0;
    for (int s = 0; s < slices.size(); s++) {
      SequenceSlice slice = slices.get(s);
      int slot = slots.get(s);
      computed[slot] += slice.tokens().length;
      int rows = slice.queries().size();
      for (int i = 0; i < rows; i++, row++) {
        double[] wanted = expected[slot][computed[slot] - rows + i];
        double best = Arrays.stream(wanted).max().orElseThrow();
        assertThat(wanted[output.argMax(row)]).isCloseTo(best, within(TOLERANCE));
        if (slice.queries().get(i) == LogitsQuery.WHOLE) {
          output.logits(row, logits);
          assertClose(logits, wanted);
        }
      }
    }
    assertThat(output.rows()).isEqualTo(row);
  }

  /** The engine frees what lies behind the window. */
  private static int[] seenBlocks(TorchLanguageModel model, int[] blocks, int start) {
    int[] seen = blocks.clone();
    int window = model.limits().window();
    for (int i = 0; window > 0 && (i + 1) * 16 <= start + 1 - window; i++) {
      seen[i] = SequenceSlice.NO_BLOCK;
    }
    return seen;
  }

  /** Each sequence has blocks of its own for 48 tokens, in any order and anywhere. */
  private static int[][] tables(Random random) {
    List<Integer> all = new ArrayList<>(IntStream.range(0, SLOTS * 3).boxed().toList());
    Collections.shuffle(all, random);
    int[][] tables = new int[SLOTS][3];
    for (int i = 0; i < all.size(); i++) {
      tables[i / 3][i % 3] = all.get(i);
    }
    return tables;
  }

  private static TorchLanguageModel load(ModelConfig config, TestingTensors tensors) {
    return TorchLanguageModel.load(
        tensors.checkpoint(config), TestingConfigs.OPTIONS.withSlots(SLOTS));
  }

  private static void assertClose(float[] logits, double[] expected) {
    for (int i = 0; i < expected.length; i++) {
      assertThat((double) logits[i]).isCloseTo(expected[i], within(TOLERANCE));
    }
  }
}
