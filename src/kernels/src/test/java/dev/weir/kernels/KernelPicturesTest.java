package dev.weir.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weir.engine.LanguageModel;
import dev.weir.engine.LogitsQuery;
import dev.weir.engine.SequenceSlice;
import dev.weir.engine.StepOutput;
import dev.weir.text.ModelConfig;
import dev.weir.text.ModelConfig.Grid;
import dev.weir.torch.PlainDecoder;
import dev.weir.torch.TestingTensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Models whose sequences are pictures, against their definition in plain Java. */
class KernelPicturesTest {
  private static final int VOCABULARY = TestingArchitectures.VOCABULARY;
  private static final int SEQUENCES = 3;

  /** Pictures at different cells in one step, prompts in chunks, cells one by one or many. */
  @Property(tries = 20)
  void everyPictureHasTheLogitsOfItsDefinitionWhateverRunsBesideIt(@ForAll long seed) {
    Random random = new Random(seed);
    ModelConfig config =
        TestingArchitectures.withGrid(TestingArchitectures.any(random), grid(random));
    TestingTensors tensors = TestingTensors.random(config, seed);
    int[][] sequences = sequences(config, random);
    for (KernelPrecision precision : KernelPrecision.values()) {
      float[][][] expected;
      try (LanguageModel model = load(config, tensors, precision, Variant.PORTABLE)) {
        expected = alone(model, sequences);
      }
      for (Variant variant : TestingKernels.variants().toList()) {
        try (LanguageModel model = load(config, tensors, precision, variant)) {
          assertSame(together(model, sequences, random), expected);
        }
      }
      if (precision == KernelPrecision.F32) {
        for (int s = 0; s < SEQUENCES; s++) {
          assertClose(expected[s], new PlainDecoder(config, tensors).logits(sequences[s]));
        }
      }
    }
  }

  @Example
  void portraitsHaveTheLogitsOfTheirDefinition() {
    ModelConfig config = TestingArchitectures.portraits(2);
    TestingTensors tensors = TestingTensors.random(config, 3);
    Random random = new Random(4);
    int[][] sequences = {sequence(config, random), sequence(config, random)};
    double[][][] expected = new double[sequences.length][][];
    Arrays.setAll(expected, s -> new PlainDecoder(config, tensors).logits(sequences[s]));
    for (Variant variant : TestingKernels.variants().toList()) {
      try (LanguageModel model = load(config, tensors, KernelPrecision.AUTO, variant)) {
        float[][][] rows = together(model, sequences, random);
        for (int s = 0; s < sequences.length; s++) {
          assertClose(rows[s], expected[s]);
        }
        assertSame(atOnce(model, sequences), rows);
      }
    }
  }

  /**
   * With layers that add nothing, a norm of ones and an output layer of signs, a logit is a sum of
   * 128 elements whose magnitudes are at most 128 together: 128 roundings to 2^-24 of it are 1e-3.
   * Rounding the tables to 8 bits of mantissa would change some by 1e-2 and more.
   */
  @Example
  void whatACellAddsIsExactWhereWeightsAreNot() {
    ModelConfig config = TestingArchitectures.portraits(1);
    TestingTensors tensors = TestingTensors.random(config, 5);
    Arrays.fill(tensors.values("model.layers.0.self_attn.o_proj.weight"), 0);
    Arrays.fill(tensors.values("model.layers.0.mlp.down_proj.weight"), 0);
    Arrays.fill(tensors.values("model.norm.weight"), 1);
    float[] head = tensors.values("lm_head.weight");
    for (int i = 0; i < head.length; i++) {
      head[i] = Math.signum(head[i]);
    }
    int[][] sequences = {sequence(config, new Random(6))};
    double[][] expected = new PlainDecoder(config, tensors).logits(sequences[0]);
    Variant variant = TestingKernels.get().variant();
    try (LanguageModel model = load(config, tensors, KernelPrecision.BF16, variant)) {
      float[][] rows = alone(model, sequences)[0];
      for (int t = 0; t < rows.length; t++) {
        for (int i = 0; i < rows[t].length; i++) {
          assertThat((double) rows[t][i]).isCloseTo(expected[t][i], within(1e-3));
        }
      }
    }
  }

  @Example
  void limitsSayWhatAPictureReadsAndHowFarBackItLooks() {
    ModelConfig config = TestingArchitectures.portraits(1);
    TestingTensors tensors = TestingTensors.random(config, 7);
    Variant variant = TestingKernels.get().variant();
    try (LanguageModel model = load(config, tensors, KernelPrecision.AUTO, variant)) {
      assertThat(model.limits().vocabulary()).isEqualTo(256);
      assertThat(model.limits().inputs()).isEqualTo(376);
      assertThat(model.limits().lookBack()).isEqualTo(15);
      assertThat(model.limits().contextLength()).isEqualTo(273);
      SequenceSlice blind =
          new SequenceSlice(0, new int[] {375}, new int[] {0}, List.of(LogitsQuery.WHOLE));
      assertThatThrownBy(() -> model.step(List.of(blind)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("number of tokens before 0");
    }
  }

  @Example
  void picturesAreComputedInFloat32UnlessAnotherPrecisionIsAskedFor() {
    ModelConfig pictures = TestingArchitectures.portraits(1);
    ModelConfig texts = TestingArchitectures.any(new Random(8));
    assertThat(KernelPrecision.AUTO.of(pictures)).isEqualTo(KernelPrecision.F32);
    assertThat(KernelPrecision.AUTO.of(texts)).isEqualTo(KernelPrecision.GROUPS);
    assertThat(KernelPrecision.GROUPS.of(pictures)).isEqualTo(KernelPrecision.GROUPS);
    Variant variant = TestingKernels.get().variant();
    TestingTensors tensors = TestingTensors.random(pictures, 9);
    try (LanguageModel model = load(pictures, tensors, KernelPrecision.AUTO, variant)) {
      assertThat(model.limits().numericsId()).contains("-f32-");
    }
  }

  private static Grid grid(Random random) {
    return new Grid(2 + random.nextInt(6), 1 + random.nextInt(25), VOCABULARY + random.nextInt(30));
  }

  private static int[][] sequences(ModelConfig config, Random random) {
    int[][] sequences = new int[SEQUENCES][];
    Arrays.setAll(sequences, i -> sequence(config, random));
    return sequences;
  }

  /** A prefix and a whole picture; here and there a word of a prefix where a cell should be. */
  private static int[] sequence(ModelConfig config, Random random) {
    int[] tokens = random.ints(config.contextLength(), 0, config.inputs()).toArray();
    for (int i = Objects.requireNonNull(config.grid()).prefix(); i < tokens.length; i++) {
      tokens[i] = random.nextInt(20) == 0 ? tokens[i] : tokens[i] % config.vocabulary();
    }
    return tokens;
  }

  private static LanguageModel load(
      ModelConfig config, TestingTensors tensors, KernelPrecision precision, Variant variant) {
    KernelOptions options = TestingKernels.F32.withPrecision(precision);
    return TestingKernels.load(tensors.checkpoint(config), options, variant);
  }

  /** Logits behind every token, each sequence in a step of its own. */
  private static float[][][] alone(LanguageModel model, int[][] sequences) {
    float[][][] rows = rows(model, sequences);
    for (int s = 0; s < sequences.length; s++) {
      SequenceSlice slice = slice(model, sequences, s, 0, sequences[s].length);
      StepOutput output = model.step(List.of(slice));
      for (int i = 0; i < rows[s].length; i++) {
        output.logits(i, rows[s][i]);
      }
    }
    return rows;
  }

  /** The same in steps of some of them at a time, each with some tokens. */
  private static float[][][] together(LanguageModel model, int[][] sequences, Random random) {
    float[][][] rows = rows(model, sequences);
    int[] computed = new int[sequences.length];
    while (IntStream.range(0, computed.length).anyMatch(s -> computed[s] < sequences[s].length)) {
      List<SequenceSlice> slices = new ArrayList<>();
      List<float[]> wanted = new ArrayList<>();
      for (int s = 0; s < sequences.length; s++) {
        int left = sequences[s].length - computed[s];
        if (left > 0 && random.nextInt(4) > 0) {
          int n = 1 + random.nextInt(Math.min(left, random.nextBoolean() ? 1 : 30));
          slices.add(slice(model, sequences, s, computed[s], n));
          wanted.addAll(Arrays.asList(rows[s]).subList(computed[s], computed[s] + n));
          computed[s] += n;
        }
      }
      if (!slices.isEmpty()) {
        StepOutput output = model.step(slices);
        for (int i = 0; i < wanted.size(); i++) {
          output.logits(i, wanted.get(i));
        }
      }
    }
    return rows;
  }

  /** The same in one step of all of them, which is parted where it has too many rows. */
  private static float[][][] atOnce(LanguageModel model, int[][] sequences) {
    float[][][] rows = rows(model, sequences);
    List<SequenceSlice> slices = new ArrayList<>();
    for (int s = 0; s < sequences.length; s++) {
      slices.add(slice(model, sequences, s, 0, sequences[s].length));
    }
    StepOutput output = model.step(slices);
    int row = 0;
    for (float[][] sequence : rows) {
      for (float[] logits : sequence) {
        output.logits(row++, logits);
      }
    }
    return rows;
  }

  private static float[][][] rows(LanguageModel model, int[][] sequences) {
    float[][][] rows = new float[sequences.length][][];
    Arrays.setAll(rows, s -> new float[sequences[s].length][model.limits().vocabulary()]);
    return rows;
  }

  private static SequenceSlice slice(
      LanguageModel model, int[][] sequences, int s, int start, int count) {
    int[] sequence = sequences[s];
    int blocks = Math.ceilDiv(sequence.length, LanguageModel.BLOCK_TOKENS);
    int lookBack = model.limits().lookBack();
    return new SequenceSlice(
        start,
        Arrays.copyOfRange(sequence, start, start + count),
        IntStream.range(s * blocks, (s + 1) * blocks).toArray(),
        Collections.nCopies(count, LogitsQuery.WHOLE),
        0,
        IntStream.range(start - lookBack, start - lookBack + count)
            .map(i -> i < 0 ? SequenceSlice.NO_TOKEN : sequence[i])
            .toArray());
  }

  private static void assertSame(float[][][] actual, float[][][] expected) {
    for (int s = 0; s < expected.length; s++) {
      for (int t = 0; t < expected[s].length; t++) {
        assertThat(actual[s][t])
            .as("sequence %d, position %d", s, t)
            .containsExactly(expected[s][t]);
      }
    }
  }

  private static void assertClose(float[][] actual, double[][] expected) {
    for (int t = 0; t < expected.length; t++) {
      for (int i = 0; i < expected[t].length; i++) {
        double tolerance = 2e-4 * Math.max(1, Math.abs(expected[t][i]));
        assertThat((double) actual[t][i]).isCloseTo(expected[t][i], within(tolerance));
      }
    }
  }
}
