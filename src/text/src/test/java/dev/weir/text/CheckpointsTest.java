package dev.weir.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.text.safetensors.TestingSafetensors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointsTest {
  /** A gpt2 of one layer, width 2, one head, a vocabulary of 3 and 4 positions. */
  private static final String TINY_GPT2 =
      """
      {"model_type":"gpt2","n_embd":2,"n_head":1,"n_layer":1,"n_positions":4,"n_inner":1,
       "vocab_size":3,"eos_token_id":2}
      """;

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {"llama", "llama-tied", "llama3-rope", "mistral", "qwen2", "qwen3", "gpt2"})
  void bothSpellingsOfAConfigMeanTheSame(String name) {
    try (Checkpoint today = Checkpoints.open(Fixtures.path("text/" + name));
        Checkpoint older = Checkpoints.open(Fixtures.path("text/" + name), "config.v4.json")) {
      assertThat(older.config()).isEqualTo(today.config());
      assertThat(today.name()).isEqualTo(name);
      assertThat(today.endOfSequence()).isEqualTo(Set.of(2));
      assertThat(today.tokenizer()).isNull();
      assertThat(today.chatTemplate()).isNull();
    }
  }

  @Test
  void tensorsReadWholeOrInPartsAreTheFilesBytes() throws IOException {
    Path path = Fixtures.path("text/llama");
    byte[] file = Files.readAllBytes(path.resolve("model.safetensors"));
    ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    int buffer = 8 + (int) bytes.getLong(0);
    try (Checkpoint checkpoint = Checkpoints.open(path)) {
      // The last tensor of the file: model.norm.weight, 64 floats.
      float[] norm = new float[64];
      checkpoint.tensors().read("model.norm.weight", 0, norm);
      assertThat(buffer).isLessThan(file.length - 256);
      for (int i = 0; i < 64; i++) {
        assertThat(norm[i]).isEqualTo(bytes.getFloat(file.length - 256 + i * 4));
      }
      float[] middle = new float[7];
      checkpoint.tensors().read("model.norm.weight", 5, middle);
      assertThat(middle).isEqualTo(Arrays.copyOfRange(norm, 5, 12));
      assertThatThrownBy(() -> checkpoint.tensors().read("model.norm.weight", 60, new float[5]))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> checkpoint.tensors().describe("model.nrom.weight"))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("model.nrom.weight");
    }
  }

  @Test
  void theDigestIsThatOfTheFile() throws Exception {
    Path path = Fixtures.path("text/qwen2");
    byte[] sha256 =
        MessageDigest.getInstance("SHA-256")
            .digest(Files.readAllBytes(path.resolve("model.safetensors")));
    try (Checkpoint checkpoint = Checkpoints.open(path)) {
      assertThat(checkpoint.digest().get()).isEqualTo(HexFormat.of().formatHex(sha256));
    }
  }

  @Test
  void shardsAreReadAsOneAndNamesOfABareModelGetTheirPrefix() throws IOException {
    Files.writeString(folder.resolve("config.json"), TINY_GPT2);
    Files.writeString(
        folder.resolve("model.safetensors.index.json"),
        """
        {"weight_map":{"wte.weight":"model-00001-of-00002.safetensors",
                       "h.0.ln_1.weight":"model-00002-of-00002.safetensors"}}
        """);
    TestingSafetensors.write(
        folder.resolve("model-00001-of-00002.safetensors"), tinyGpt2Header(0, 6), 4 * 36);
    TestingSafetensors.write(
        folder.resolve("model-00002-of-00002.safetensors"), tinyGpt2Header(6, 16), 4 * 21);

    try (Checkpoint checkpoint = Checkpoints.open(folder)) {
      assertThat(checkpoint.tensors().names()).contains("transformer.h.0.attn.c_attn.weight");
      assertThat(checkpoint.tensors().describe("transformer.wte.weight").shape())
          .containsExactly(3L, 2L);
      assertThat(checkpoint.config().tiedEmbeddings()).isTrue();
    }
  }

  @Test
  void aMissingTensorIsNamed() throws IOException {
    Files.writeString(folder.resolve("config.json"), TINY_GPT2);
    TestingSafetensors.write(folder.resolve("model.safetensors"), tinyGpt2Header(0, 6), 4 * 36);
    assertThatThrownBy(() -> Checkpoints.open(folder))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("no tensor transformer.h.0.attn.c_proj.weight")
        .hasMessageContaining("GPT2");
  }

  @Test
  void aTensorOfAnotherShapeThanTheConfigsIsNamed() throws IOException {
    Files.writeString(
        folder.resolve("config.json"), TINY_GPT2.replace("\"vocab_size\":3", "\"vocab_size\":4"));
    TestingSafetensors.write(folder.resolve("model.safetensors"), tinyGpt2Header(0, 16), 4 * 57);
    assertThatThrownBy(() -> Checkpoints.open(folder))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("transformer.wte.weight has the shape [3, 2]")
        .hasMessageContaining("[4, 2]");
  }

  @ParameterizedTest
  @ValueSource(strings = {"../other.safetensors", "/etc/passwd", "a/b.safetensors", ".."})
  void anIndexCannotNameFilesElsewhere(String shard) throws IOException {
    Files.writeString(folder.resolve("config.json"), TINY_GPT2);
    Files.writeString(
        folder.resolve("model.safetensors.index.json"),
        "{\"weight_map\":{\"wte.weight\":\"%s\"}}".formatted(shard));
    assertThatThrownBy(() -> Checkpoints.open(folder))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("no safetensors file of this folder");
  }

  @Test
  void whatIsNoCheckpointIsSaidToBeNone() {
    assertThatThrownBy(() -> Checkpoints.open(folder))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("is no checkpoint");
    assertThatThrownBy(() -> Checkpoints.open(folder.resolve("nothing")))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("does not exist");
  }

  /** The tensors from one index to another, each after the one before. */
  private static String tinyGpt2Header(int from, int to) {
    List<String> tensors =
        List.of(
            "wte.weight:3,2",
            "wpe.weight:4,2",
            "h.0.ln_1.weight:2",
            "h.0.ln_1.bias:2",
            "h.0.attn.c_attn.weight:2,6",
            "h.0.attn.c_attn.bias:6",
            "h.0.attn.c_proj.weight:2,2",
            "h.0.attn.c_proj.bias:2",
            "h.0.ln_2.weight:2",
            "h.0.ln_2.bias:2",
            "h.0.mlp.c_fc.weight:2,1",
            "h.0.mlp.c_fc.bias:1",
            "h.0.mlp.c_proj.weight:1,2",
            "h.0.mlp.c_proj.bias:2",
            "ln_f.weight:2",
            "ln_f.bias:2");
    StringBuilder header = new StringBuilder("{");
    int at = 0;
    for (String tensor : tensors.subList(from, to)) {
      String name = tensor.substring(0, tensor.indexOf(':'));
      String shape = tensor.substring(tensor.indexOf(':') + 1);
      int elements = 1;
      for (String dimension : shape.split(",", -1)) {
        elements *= Integer.parseInt(dimension);
      }
      header.append(at == 0 ? "" : ",");
      header.append(
          "\"%s\":{\"dtype\":\"F32\",\"shape\":[%s],\"data_offsets\":[%d,%d]}"
              .formatted(name, shape, at, at + 4 * elements));
      at += 4 * elements;
    }
    return header.append("}").toString();
  }
}
