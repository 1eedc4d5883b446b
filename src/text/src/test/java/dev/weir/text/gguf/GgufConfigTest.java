package dev.weir.text.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.text.Checkpoint;
import dev.weir.text.CheckpointException;
import dev.weir.text.Checkpoints;
import dev.weir.text.ModelConfig.Family;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Metadata of a one-layer llama of width 4, changed in one place. */
class GgufConfigTest {
  private static final List<String> TENSORS =
      List.of(
          "token_embd.weight 4 3",
          "output_norm.weight 4",
          "blk.0.attn_norm.weight 4",
          "blk.0.attn_q.weight 4 4",
          "blk.0.attn_k.weight 4 2",
          "blk.0.attn_v.weight 4 2",
          "blk.0.attn_output.weight 4 4",
          "blk.0.ffn_norm.weight 4",
          "blk.0.ffn_gate.weight 4 8",
          "blk.0.ffn_up.weight 4 8",
          "blk.0.ffn_down.weight 8 4");

  @TempDir Path folder;

  @Test
  void aFolderWithOneGgufIsThatModel() throws IOException {
    write(TENSORS, 0, file -> file);
    try (Checkpoint checkpoint = Checkpoints.open(folder)) {
      assertThat(checkpoint.name()).isEqualTo("tiny");
      assertThat(checkpoint.config().family()).isEqualTo(Family.LLAMA);
      assertThat(checkpoint.config().tiedEmbeddings()).isTrue();
      assertThat(checkpoint.config().headSize()).isEqualTo(2);
      assertThat(checkpoint.tokenizer()).isNull();
    }
    Files.copy(folder.resolve("tiny.gguf"), folder.resolve("other.gguf"));
    assertThatThrownBy(() -> Checkpoints.open(folder))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("[other.gguf, tiny.gguf]");
  }

  @Test
  void aLlamaWithAWindowIsAMistral() throws IOException {
    write(TENSORS, 1, file -> file.pair("llama.attention.sliding_window", 16));
    try (Checkpoint checkpoint = Checkpoints.open(folder)) {
      assertThat(checkpoint.config().family()).isEqualTo(Family.MISTRAL);
      assertThat(checkpoint.config().slidingWindows()).containsExactly(16);
      assertThat(checkpoint.config().rotaryInterleaved()).isTrue();
    }
  }

  @Test
  void unsupportedMetadataIsNamed() throws IOException {
    refused("expert_count", 1, file -> file.pair("llama.expert_count", 8));
    refused("general.type", 1, file -> file.pair("general.type", "adapter"));
    refused("rope.scaling.type", 1, file -> file.pair("llama.rope.scaling.type", "weird"));
    refused("value_length", 1, file -> file.pair("llama.attention.value_length", 4));
    refused("dimension_count", 1, file -> file.pair("llama.rope.dimension_count", 1));
    refused("freq_base", 1, file -> file.pair("llama.rope.freq_base", 0.5f));
  }

  @Test
  void anUnknownFamilyIsNamedWithTheSupportedOnes() throws IOException {
    TestingGguf file = TestingGguf.header(0, 1).pair("general.architecture", "mamba");
    Files.write(folder.resolve("tiny.gguf"), file.bytes());
    assertThatThrownBy(() -> Checkpoints.open(folder))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("general.architecture mamba is not supported")
        .hasMessageContaining("llama, qwen2, qwen3, gpt2");
  }

  @Test
  void aMissingTensorAndOneTooManyAreNamed() throws IOException {
    write(TENSORS.subList(0, 10), 0, file -> file);
    assertThatThrownBy(() -> Checkpoints.open(folder))
        .hasMessageContaining("no tensor model.layers.0.mlp.down_proj.weight");

    List<String> more = new ArrayList<>(TENSORS);
    more.add("blk.0.ffn_gate_inp.weight 4 8");
    write(more, 0, file -> file);
    assertThatThrownBy(() -> Checkpoints.open(folder))
        .hasMessageContaining("blk.0.ffn_gate_inp.weight is not part of a model of family LLAMA");
  }

  @Test
  void ropeDivisorsMustFitAndBePositive() throws IOException {
    List<String> wrong = new ArrayList<>(TENSORS);
    wrong.add("rope_freqs.weight 2");
    write(wrong, 0, file -> file);
    assertThatThrownBy(() -> Checkpoints.open(folder))
        .hasMessageContaining("rope_freqs.weight has the shape [2]");

    wrong.set(wrong.size() - 1, "rope_freqs.weight 1"); // the data are zeros
    write(wrong, 0, file -> file);
    assertThatThrownBy(() -> Checkpoints.open(folder))
        .hasMessageContaining("rope_freqs.weight has the value 0.0");
  }

  private void refused(String message, int pairs, UnaryOperator<TestingGguf> change)
      throws IOException {
    write(TENSORS, pairs, change);
    assertThatThrownBy(() -> Checkpoints.open(folder))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("tiny.gguf")
        .hasMessageContaining(message);
  }

  private void write(List<String> tensors, int morePairs, UnaryOperator<TestingGguf> change)
      throws IOException {
    TestingGguf file =
        change.apply(
            TestingGguf.header(tensors.size(), 8 + morePairs)
                .pair("general.architecture", "llama")
                .pair("llama.embedding_length", 4)
                .pair("llama.feed_forward_length", 8)
                .pair("llama.block_count", 1)
                .pair("llama.context_length", 32)
                .pair("llama.attention.head_count", 2)
                .pair("llama.attention.head_count_kv", 1)
                .pair("llama.attention.layer_norm_rms_epsilon", 1e-5f));
    int offset = 0;
    for (String tensor : tensors) {
      String[] parts = tensor.split(" ", -1);
      long[] shape = new long[parts.length - 1];
      int elements = 1;
      for (int i = 0; i < shape.length; i++) {
        shape[i] = Long.parseLong(parts[i + 1]);
        elements *= (int) shape[i];
      }
      file.tensor(parts[0], 0, offset, shape);
      offset += (elements * 4 + 31) / 32 * 32;
    }
    Files.write(folder.resolve("tiny.gguf"), file.data(offset).bytes());
  }
}
