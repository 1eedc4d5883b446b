package dev.weir.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weir.engine.LogitsQuery;
import dev.weir.engine.SequenceSlice;
import dev.weir.engine.StepOutput;
import dev.weir.text.CheckpointException;
import dev.weir.text.ModelConfig;
import dev.weir.text.TensorType;
import dev.weir.torch.PlainDecoder;
import dev.weir.torch.TestingTensors;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Stored blocks of every type that a file can have, against what they mean in float64. */
class KernelFormatsTest {
  private static final int VOCABULARY = TestingArchitectures.VOCABULARY;
  private static final String LAYER = "model.layers.0.";

  /**
   * Where activations are whole numbers and the largest of each group is 127, quantising them loses
   * nothing: logits are the stored values' own but for the rounding of float32.
   */
  @ParameterizedTest
  @EnumSource(
      value = TensorType.class,
      mode = EnumSource.Mode.EXCLUDE,
      names = {"F32", "F16", "BF16"})
  void theOutputLayerComputesWithTheFilesOwnValues(TensorType type) {
    for (int seed = 0; seed < 4; seed++) {
      Random random = new Random(seed);
      ModelConfig config = TestingArchitectures.whole(random, false, false);
      int hidden = config.hidden();
      float[] embedding = wholeNumbers(random, VOCABULARY * hidden);
      TestingBlocks blocks =
          new TestingBlocks(
              config, name -> name.equals("lm_head.weight") ? type : TensorType.F32, seed);
      blocks.set("model.embed_tokens.weight", embedding);
      blocks.set("model.norm.weight", ones(hidden));
      for (int layer = 0; layer < config.layers(); layer++) {
        blocks.clear("model.layers." + layer + ".self_attn.o_proj.weight");
        blocks.clear("model.layers." + layer + ".mlp.down_proj.weight");
      }
      float[] head = blocks.values("lm_head.weight");
      int[] tokens = random.ints(11, 0, VOCABULARY).toArray();
      for (Variant variant : TestingKernels.variants().toList()) {
        float[][] rows = rows(blocks, KernelPrecision.GROUPS, variant, tokens);
        for (int t = 0; t < tokens.length; t++) {
          for (int i = 0; i < VOCABULARY; i++) {
            double squares = 0;
            double sum = 0;
            double magnitudes = 0;
            for (int k = 0; k < hidden; k++) {
              double x = embedding[tokens[t] * hidden + k];
              squares += x * x;
              sum += x * head[i * hidden + k];
              magnitudes += Math.abs(x * head[i * hidden + k]);
            }
            double r = 1 / Math.sqrt(squares / hidden + config.normEpsilon());
            assertThat((double) rows[t][i]).isCloseTo(sum * r, within(1e-5 * magnitudes * r));
          }
        }
      }
    }
  }

  private static float[] wholeNumbers(Random random, int n) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = i % 32 == 7 ? (random.nextBoolean() ? 127 : -127) : random.nextInt(-127, 128);
    }
    return values;
  }

  private static float[] ones(int n) {
    float[] ones = new float[n];
    java.util.Arrays.fill(ones, 1);
    return ones;
  }

  /**
   * Every tensor of another type: what is lost is the activations' rounding, half a percent of a
   * linear layer's input, in seven of them one after another for each layer.
   */
  @Property(tries = 20)
  void filesOfAnyTypesComputeTheirDefinition(@ForAll long seed) {
    Random random = new Random(seed);
    ModelConfig config =
        TestingArchitectures.whole(random, random.nextBoolean(), random.nextBoolean());
    TestingBlocks blocks = new TestingBlocks(config, name -> any(seed, name), seed);
    TestingTensors meant = TestingTensors.random(config, seed);
    for (String name : meant.names()) {
      float[] values = blocks.values(name);
      System.arraycopy(values, 0, meant.values(name), 0, values.length);
    }
    int[] tokens = random.ints(1 + random.nextInt(20), 0, VOCABULARY).toArray();
    double[][] expected = new PlainDecoder(config, meant).logits(tokens);
    float[][] first = null;
    for (Variant variant : TestingKernels.variants().toList()) {
      float[][] rows = rows(blocks, KernelPrecision.GROUPS, variant, tokens);
      first = first == null ? rows : first;
      double error = 0;
      double squares = 0;
      for (int t = 0; t < tokens.length; t++) {
        assertThat(rows[t]).containsExactly(first[t]);
        for (int i = 0; i < VOCABULARY; i++) {
          error += Math.pow(rows[t][i] - expected[t][i], 2);
          squares += Math.pow(expected[t][i], 2);
        }
      }
      assertThat(Math.sqrt(error / squares)).isLessThan(0.05);
    }
  }

  private static TensorType any(long seed, String name) {
    TensorType[] types = TensorType.values();
    return types[new Random(seed ^ name.hashCode()).nextInt(types.length)];
  }

  /** A single token's attention is its value, whatever its query and key are. */
  @ParameterizedTest
  @EnumSource(TensorType.class)
  void valuesKeepTheirOwnBesideQueriesAndKeysOfAnotherType(TensorType type) {
    ModelConfig config = TestingArchitectures.whole(new Random(3), true, false);
    assertThat(logits(config, "v_proj", type, TensorType.Q4_K, "q_proj", "k_proj"))
        .containsExactly(logits(config, "v_proj", type, type, "q_proj", "k_proj"));
  }

  /** A gate of zeros is its bias, whatever type the zeros are of. */
  @ParameterizedTest
  @EnumSource(TensorType.class)
  void whatIsGatedKeepsItsOwnBesideAGateOfAnotherType(TensorType type) {
    ModelConfig config = TestingArchitectures.whole(new Random(3), true, true);
    assertThat(logits(config, "up_proj", type, TensorType.Q4_K, "gate_proj"))
        .containsExactly(logits(config, "up_proj", type, type, "gate_proj"));
  }

  /** Logits of a model whose tensors {@code others} are zeros of a type. */
  private static float[] logits(
      ModelConfig config, String own, TensorType ownType, TensorType otherType, String... others) {
    TestingBlocks blocks =
        new TestingBlocks(
            config,
            name -> {
              if (List.of(others).stream().anyMatch(name::contains)) {
                return otherType;
              }
              return name.contains(own) ? ownType : TensorType.Q8_0;
            },
            5);
    for (int layer = 0; layer < config.layers(); layer++) {
      for (String other : others) {
        String part = other.equals("gate_proj") ? ".mlp." : ".self_attn.";
        blocks.clear("model.layers." + layer + part + other + ".weight");
      }
    }
    Variant variant = TestingKernels.get().variant();
    return rows(blocks, KernelPrecision.GROUPS, variant, new int[] {7})[0];
  }

  @ParameterizedTest
  @EnumSource(
      value = TensorType.class,
      mode = EnumSource.Mode.EXCLUDE,
      names = {"F32", "BF16"})
  void aScaleThatIsNotFiniteIsRefusedByTheTensorsName(TensorType type) {
    Variant variant = TestingKernels.get().variant();
    ModelConfig config = TestingArchitectures.whole(new Random(3), true, false);
    TestingBlocks blocks = new TestingBlocks(config, name -> type, 1);
    blocks.breakScale(LAYER + "mlp.up_proj.weight");
    assertThatThrownBy(() -> rows(blocks, KernelPrecision.GROUPS, variant, new int[] {1}))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(LAYER + "mlp.up_proj.weight");
  }

  private static float[][] rows(
      TestingBlocks blocks, KernelPrecision precision, Variant variant, int[] tokens) {
    KernelOptions options = TestingKernels.F32.withPrecision(precision).withSlots(1);
    try (KernelLanguageModel model = TestingKernels.load(blocks.checkpoint(), options, variant)) {
      List<LogitsQuery> queries = Collections.nCopies(tokens.length, LogitsQuery.WHOLE);
      SequenceSlice slice = new SequenceSlice(0, tokens, new int[] {3, 0}, queries);
      StepOutput output = model.step(List.of(slice));
      float[][] rows = new float[tokens.length][VOCABULARY];
      for (int i = 0; i < tokens.length; i++) {
        output.logits(i, rows[i]);
      }
      return rows;
    }
  }
}
