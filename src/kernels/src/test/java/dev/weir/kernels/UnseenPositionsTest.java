package dev.weir.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.engine.LanguageModel;
import dev.weir.text.ModelConfig;
import dev.weir.torch.TestingTensors;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** What a row does not see, later tokens and those before its window, cannot change it. */
class UnseenPositionsTest {
  private static final int LENGTH = 70;

  /** A token whose keys and values leave the range of floats. */
  private static final int LOST = TestingArchitectures.VOCABULARY - 1;

  @Property(tries = 25)
  void aTokenWhoseValuesOverflowReachesOnlyRowsThatSeeIt(@ForAll long seed) {
    Random random = new Random(seed);
    ModelConfig config = TestingArchitectures.any(random);
    TestingTensors tensors = withLostToken(config, seed);
    int[] tokens = random.ints(LENGTH, 0, LOST).toArray();
    int[] others = tokens.clone();
    int position = random.nextInt(LENGTH);
    others[position] = LOST;
    int behind = Math.min(position + reach(config), LENGTH);
    for (KernelPrecision precision : KernelPrecision.values()) {
      for (Variant variant : TestingKernels.variants().toList()) {
        try (LanguageModel model = KernelPropertiesTest.load(config, tensors, precision, variant)) {
          float[][] expected = KernelPropertiesTest.rows(model, tokens);
          float[][] actual = KernelPropertiesTest.rows(model, others);
          assertThat(actual[position]).containsOnly(Float.NaN);
          for (int t = 0; t < LENGTH; t++) {
            assertThat(expected[t]).doesNotContain(Float.NaN);
            if (t < position || t >= behind) {
              assertThat(actual[t]).as("row %d beside %d", t, position).isEqualTo(expected[t]);
            }
          }
        }
      }
    }
  }

  /** The first norm is loud in one element, which is 0 in every embedding but that of one token. */
  private static TestingTensors withLostToken(ModelConfig config, long seed) {
    TestingTensors tensors = TestingTensors.random(config, seed);
    float[] embedding = tensors.values("model.embed_tokens.weight");
    int hidden = config.hidden();
    int loud = Math.floorMod(seed, hidden);
    for (int token = 0; token < TestingArchitectures.VOCABULARY; token++) {
      embedding[token * hidden + loud] = 0;
    }
    Arrays.fill(embedding, LOST * hidden, (LOST + 1) * hidden, 0);
    embedding[LOST * hidden + loud] = 1;
    tensors.values("model.layers.0.input_layernorm.weight")[loud] = Float.MAX_VALUE;
    return tensors;
  }

  /** How many rows a token can change, itself the first: each layer's window carries it further. */
  private static int reach(ModelConfig config) {
    List<Integer> windows = config.slidingWindows();
    boolean sliding = windows.stream().allMatch(window -> window > 0);
    return sliding ? 1 + windows.stream().mapToInt(window -> window - 1).sum() : LENGTH;
  }
}
