package dev.weir.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.weir.engine.SequenceSlice;
import dev.weir.engine.StepOutput;
import dev.weir.text.ModelConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
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
      SequenceScorer.Scores scores = SequenceScorer.score(model, 1, tokens);
      assertClose(scores.lastLogits(), expected[tokens.length - 1]);
      for (int t = 0; t < tokens.length; t++) {
        double sum = Arrays.stream(expected[t]).map(Math::exp).sum();
        assertThat(scores.logSumExp()[t]).isCloseTo(Math.log(sum), within(TOLERANCE));
      }
    }
  }

  /** Sequences of different lengths, cut anyhow, in any slots, in steps with any others. */
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
    try (TorchLanguageModel model = load(config, tensors)) {
      while (!Arrays.equals(computed, Arrays.stream(sequences).mapToInt(s -> s.length).toArray())) {
        step(model, random, sequences, computed, expected);
      }
    }
  }

  private static void step(
      TorchLanguageModel model,
      Random random,
      int[][] sequences,
      int[] computed,
      double[][][] expected) {
    List<SequenceSlice> slices = new ArrayList<>();
    for (int slot = SLOTS - 1; slot >= 0; slot--) {
      int left = sequences[slot].length - computed[slot];
      if (left == 0 || random.nextInt(4) == 0) {
        continue;
      }
      int n = random.nextBoolean() ? 1 : 1 + random.nextInt(left);
      int[] tokens = Arrays.copyOfRange(sequences[slot], computed[slot], computed[slot] + n);
      slices.add(
          new SequenceSlice(
              slot,
              computed[slot],
              tokens,
              new int[0],
              random.nextInt(n + 1),
              random.nextBoolean()));
    }
    if (slices.isEmpty()) {
      return;
    }
    StepOutput output = model.step(slices);
    float[] logits = new float[TestingConfigs.VOCABULARY];
    int row = 0;
    for (SequenceSlice slice : slices) {
      computed[slice.slot()] += slice.tokens().length;
      for (int i = 0; i < slice.outputs(); i++, row++) {
        double[] wanted = expected[slice.slot()][computed[slice.slot()] - slice.outputs() + i];
        double best = Arrays.stream(wanted).max().orElseThrow();
        assertThat(wanted[output.argMax(row)]).isCloseTo(best, within(TOLERANCE));
        if (slice.logits()) {
          output.logits(row, logits);
          assertClose(logits, wanted);
        }
      }
    }
    assertThat(output.rows()).isEqualTo(row);
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
