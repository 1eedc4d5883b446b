package dev.weir.text.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.weir.text.Checkpoint;
import dev.weir.text.Checkpoints;
import dev.weir.text.Golden;
import dev.weir.text.ModelConfig;
import dev.weir.text.ModelConfig.Family;
import dev.weir.text.ModelConfig.Rope;
import dev.weir.text.TensorSource;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The same model as transformers saves it and as llama.cpp's converter writes it. */
class GgufModelsTest {

  @ParameterizedTest
  @ValueSource(strings = {"llama", "llama-longrope", "qwen2", "qwen3", "gpt2"})
  void aGgufMeansTheSameAsTheFolderItWasMadeFrom(String name) {
    try (Checkpoint folder = Checkpoints.open(Golden.path("models/" + name));
        Checkpoint gguf = Checkpoints.open(Golden.path("models/" + name + "/" + name + ".gguf"))) {
      ModelConfig config = gguf.config();
      boolean llama = config.family() == Family.LLAMA;
      assertThat(config.rotaryInterleaved()).isEqualTo(llama);
      assertRope(config.rope(), folder.config().rope());
      assertThat(gguf.name()).isEqualTo(name);
      assertThat(comparable(config)).isEqualTo(comparable(folder.config()));

      Set<String> names = folder.tensors().names();
      assertThat(gguf.tensors().names()).containsAll(names);
      for (String tensor : names) {
        assertThat(gguf.tensors().describe(tensor)).isEqualTo(folder.tensors().describe(tensor));
        float[] expected = read(folder.tensors(), tensor);
        if (llama && tensor.contains("q_proj")) {
          expected = interleaved(expected, config.heads());
        } else if (llama && tensor.contains("k_proj")) {
          expected = interleaved(expected, config.kvHeads());
        }
        assertThat(read(gguf.tensors(), tensor)).as(tensor).isEqualTo(expected);
      }
    }
  }

  /** Rows 0, n/2, 1, n/2 + 1, … of each head: a pair that rotates together lies together. */
  private static float[] interleaved(float[] matrix, int heads) {
    int columns = 16;
    int headRows = matrix.length / columns / heads;
    float[] interleaved = new float[matrix.length];
    for (int head = 0; head < heads; head++) {
      for (int row = 0; row < headRows; row++) {
        int source = head * headRows + row / 2 + row % 2 * (headRows / 2);
        System.arraycopy(
            matrix, source * columns, interleaved, (head * headRows + row) * columns, columns);
      }
    }
    return interleaved;
  }

  private static float[] read(TensorSource tensors, String name) {
    long elements = 1;
    for (long dimension : tensors.describe(name).shape()) {
      elements *= dimension;
    }
    float[] read = new float[(int) elements];
    tensors.read(name, 0, read);
    return read;
  }

  /** GGUF stores reals as float32. */
  private static void assertRope(@Nullable Rope found, @Nullable Rope expected) {
    if (expected == null) {
      assertThat(found).isNull();
      return;
    }
    Rope rope = Objects.requireNonNull(found);
    assertThat(rope.attentionFactor()).isCloseTo(expected.attentionFactor(), within(1e-6));
    assertThat(rope.originalContextLength()).isEqualTo(expected.originalContextLength());
    assertClose(rope.inverseFrequencies(), expected.inverseFrequencies());
    assertClose(rope.longInverseFrequencies(), expected.longInverseFrequencies());
  }

  private static void assertClose(List<Double> found, List<Double> expected) {
    assertThat(found).hasSameSizeAs(expected);
    for (int i = 0; i < expected.size(); i++) {
      assertThat(found.get(i)).isCloseTo(expected.get(i), within(1e-6 * expected.get(i)));
    }
  }

  /** Without what was compared already, or differs by design. */
  private static ModelConfig comparable(ModelConfig c) {
    return new ModelConfig(
        c.family(),
        c.vocabulary(),
        c.hidden(),
        c.intermediate(),
        c.layers(),
        c.heads(),
        c.kvHeads(),
        c.headSize(),
        c.contextLength(),
        (float) c.normEpsilon(),
        null,
        c.slidingWindows(),
        c.activation(),
        c.tiedEmbeddings(),
        c.attentionBias(),
        c.attentionOutputBias(),
        c.mlpBias(),
        c.queryKeyNorm(),
        false,
        null);
  }
}
