package dev.weir.bench.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.weir.text.Checkpoint;
import dev.weir.text.TensorType;
import dev.weir.text.config.ExpectedTensors;
import dev.weir.text.weights.StoredTensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

final class RandomCheckpointTest {
  private static Checkpoint small() {
    return RandomCheckpoint.of("small", TestingShapes.SMALL.config());
  }

  /** The number of parameters that its model card gives, exactly. */
  @Test
  void theShapeOfLlamaHasAsManyWeightsAsTheModel() {
    long weights =
        ExpectedTensors.of(ModelShape.named("llama-3.2-1b").config()).entrySet().stream()
            .mapToLong(entry -> StoredTensor.elements(entry.getKey(), entry.getValue()))
            .sum();
    assertThat(weights).isEqualTo(1_235_814_400);
  }

  @Test
  void weightsAreStoredAsAFileHasThemAndSpreadAsInARealModel() {
    try (Checkpoint checkpoint = small()) {
      assertThat(checkpoint.tensors().describe("model.embed_tokens.weight").type())
          .isEqualTo(TensorType.Q8_0);
      assertThat(checkpoint.tensors().describe("model.norm.weight").type())
          .isEqualTo(TensorType.F32);
      for (String name :
          List.of("model.embed_tokens.weight", "model.layers.1.mlp.up_proj.weight")) {
        float[] weights = new float[64 * 96];
        checkpoint.tensors().read(name, 0, weights);
        double squares = 0;
        double sum = 0;
        for (float weight : weights) {
          squares += weight * weight;
          sum += weight;
        }
        assertThat(sum / weights.length).isCloseTo(0, within(0.001));
        assertThat(Math.sqrt(squares / weights.length)).isCloseTo(0.018, within(0.001));
      }
      float[] norm = new float[64];
      checkpoint.tensors().read("model.norm.weight", 0, norm);
      assertThat(norm).containsOnly(1);
    }
  }

  @Test
  void layersDifferAndTheSameShapeHasTheSameWeights() {
    try (Checkpoint checkpoint = small();
        Checkpoint again = small()) {
      byte[] first = stored(checkpoint, "model.layers.0.mlp.up_proj.weight");
      assertThat(stored(checkpoint, "model.layers.1.mlp.up_proj.weight")).isNotEqualTo(first);
      assertThat(stored(again, "model.layers.0.mlp.up_proj.weight")).isEqualTo(first);
    }
  }

  private static byte[] stored(Checkpoint checkpoint, String name) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment blocks = arena.allocate(64 * 96 / 32 * 20);
      assertThat(checkpoint.tensors().readStored(name, 0, blocks)).isTrue();
      return blocks.toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
    }
  }

  @Test
  void aStepCostsItsLinearLayersAndTheOutputLayer() {
    try (Checkpoint checkpoint = small()) {
      // q, k, v: 64 + 2 * 32 rows; the output projection; gate, up and down; two layers
      long layers = 2 * (128 * 64 + 64 * 64 + 3 * 96 * 64);
      long head = 128 * 64;
      long norms = 5 * 64 * 4;
      StepCost cost = StepCost.of(checkpoint);
      assertThat(cost.multiplyAdds()).isEqualTo(layers + head);
      // 20 bytes for 32 weights in Q4_1, 34 in Q8_0
      assertThat(cost.bytes()).isEqualTo(layers / 32 * 20 + head / 32 * 34 + norms);
      assertThat(cost.bytes()).isEqualTo(RandomCheckpoint.bytes(checkpoint.config()));
    }
  }

  @Test
  void wordsAreTokensOfTheVocabulary() {
    try (Checkpoint checkpoint = small()) {
      HashedWords words = (HashedWords) Objects.requireNonNull(checkpoint.tokenizer());
      int[] ids = words.encode("one two one", false);
      assertThat(ids[0]).isEqualTo(ids[2]).isNotEqualTo(ids[1]);
      assertThat(Arrays.stream(ids).allMatch(id -> id >= 0 && id < 128)).isTrue();
      assertThat(words.decode(ids)).isEqualTo(" " + ids[0] + " " + ids[1] + " " + ids[2]);
    }
  }
}
