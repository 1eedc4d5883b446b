package dev.weir.text.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weir.text.CheckpointException;
import dev.weir.text.Fixtures;
import dev.weir.text.ModelConfig;
import dev.weir.text.config.HuggingFaceConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LoraAdapterTest {
  private static final ModelConfig LLAMA = config("llama");
  private static final List<Projection> ALL = List.of(Projection.values());

  @TempDir Path folder = Path.of("");

  private static ModelConfig config(String name) {
    JsonNode json = Fixtures.json("text/" + name + "/config.json");
    return HuggingFaceConfig.parse(json, name);
  }

  private static TestingAdapter adapter() {
    return TestingAdapter.random(LLAMA, 1, 4, ALL);
  }

  private LoraAdapter open(TestingAdapter adapter) throws IOException {
    return LoraAdapter.open(adapter.write(folder), LLAMA);
  }

  private void refused(TestingAdapter adapter, String... said) throws IOException {
    adapter.write(folder);
    assertThatThrownBy(() -> LoraAdapter.open(folder, LLAMA))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll(said)
        .message()
        .hasLineCount(1);
  }

  @Test
  void itsMatricesAreThoseOfTheFile() throws IOException {
    TestingAdapter written = adapter();
    try (LoraAdapter adapter = open(written)) {
      for (int layer = 0; layer < LLAMA.layers(); layer++) {
        for (Projection projection : ALL) {
          LoraAdapter.Factors factors = adapter.factors(layer, projection);
          assertThat(factors.rank()).isEqualTo(4);
          assertThat(factors.scale()).isEqualTo(1.5f);
          assertThat(factors.a()).containsExactly(written.values(layer, projection, "A"));
          assertThat(factors.b()).containsExactly(written.values(layer, projection, "B"));
        }
      }
    }
  }

  @Test
  void layersThatItDoesNotNameStayAsTheyAre() throws IOException {
    List<Projection> some = List.of(Projection.QUERY, Projection.DOWN);
    try (LoraAdapter adapter = open(TestingAdapter.random(LLAMA, 1, 2, some))) {
      for (Projection projection : ALL) {
        assertThat(adapter.changes(1, projection)).isEqualTo(some.contains(projection));
        assertThat(adapter.rank(1, projection)).isEqualTo(some.contains(projection) ? 2 : 0);
      }
      assertThatThrownBy(() -> adapter.factors(0, Projection.UP))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  /** What peft 0.21.2 made: {@code lora_alpha} 8, {@code r} 4 and 9, and patterns. */
  @Test
  void scalesAndRanksAreThoseOfPeft() {
    try (LoraAdapter plain = LoraAdapter.open(Fixtures.path("text/llama-adapters/all"), LLAMA);
        LoraAdapter stabilised =
            LoraAdapter.open(Fixtures.path("text/llama-adapters/stabilised"), LLAMA)) {
      assertThat(plain.factors(1, Projection.KEY).scale()).isEqualTo(2f);
      assertThat(plain.factors(1, Projection.OUTPUT).scale()).isEqualTo(0.75f);
      assertThat(plain.factors(0, Projection.QUERY).scale()).isEqualTo(1.25f);
      assertThat(plain.factors(1, Projection.QUERY).scale()).isEqualTo(2f);
      assertThat(plain.rank(2, Projection.VALUE)).isEqualTo(2);
      assertThat(plain.rank(1, Projection.DOWN)).isEqualTo(6);
      assertThat(plain.rank(0, Projection.DOWN)).isEqualTo(4);
      assertThat(stabilised.factors(2, Projection.VALUE).scale()).isEqualTo((float) (4 / 3.0));
    }
  }

  @Test
  void theDigestCoversConfigAndWeights() throws IOException {
    List<String> digests = new ArrayList<>();
    TestingAdapter other = adapter();
    other.values(0, Projection.UP, "B")[3] += 1;
    for (TestingAdapter each :
        List.of(adapter(), adapter(), adapter().set("lora_alpha", "7"), other)) {
      try (LoraAdapter adapter = open(each)) {
        digests.add(adapter.digest());
      }
    }
    assertThat(digests.get(1)).isEqualTo(digests.getFirst()).matches("[0-9a-f]{64}");
    assertThat(digests.subList(1, 4)).doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "peft_type | \"LOHA\"",
        "bias | \"lora_only\"",
        "bias | 3",
        "use_dora | true",
        "lora_bias | true",
        "fan_in_fan_out | true",
        "modules_to_save | [\"lm_head\"]",
        "modules_to_save | \"lm_head\"",
        "layer_replication | [[0, 2]]",
        "target_parameters | [\"mlp.experts\"]",
        "trainable_token_indices | [1, 2]",
        "init_lora_weights | \"pissa_niter_4\"",
        "init_lora_weights | \"olora\"",
        "target_modules | [\"q_proj\", \"embed_tokens\"]",
        "target_modules | [\"lm_head\"]",
        "r | 0",
        "r | 257",
        "r | -4",
        "r | 2.5",
        "r | \"8\"",
        "r | NaN",
        "lora_alpha | 0",
        "lora_alpha | -1",
        "lora_alpha | Infinity",
        "lora_alpha | 1e20",
        "use_rslora | \"yes\"",
        "rank_pattern | {\"(a+)+b\": 4}",
        "rank_pattern | {\"v_proj\": 0}",
        "rank_pattern | [4]",
        "alpha_pattern | {\"v_proj\": -2}"
      })
  void aFieldThatIsWrongOrNotSupportedIsNamed(String field, String json) throws IOException {
    String named = field.endsWith("_pattern") && json.contains("v_proj") ? "v_proj" : field;
    refused(adapter().set(field, json), "adapter_config.json", named);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"null", "\"all-linear\"", "\".*_proj\"", "[\"layers.0.self_attn.q_proj\"]"})
  void targetsMayBeSaidInEveryWay(String json) throws IOException {
    open(adapter().set("target_modules", json)).close();
  }

  @Test
  void whatSaysNothingIsNoReasonToRefuse() throws IOException {
    TestingAdapter adapter = adapter();
    for (String field : List.of("modules_to_save", "target_parameters", "layer_replication")) {
      adapter.set(field, "[]");
    }
    open(adapter.set("rank_pattern", "{}").set("init_lora_weights", "true")).close();
  }

  @Test
  void aRankThatIsNotTheTensorsIsAShapeThatIsWrong() throws IOException {
    refused(
        adapter().set("r", "8"),
        "adapter_model.safetensors",
        "layers.0.self_attn.q_proj.lora_A.weight has the shape [4, 64]",
        "make it [8, 64]");
    refused(
        adapter().set("rank_pattern", "{\"layers\\\\.1\\\\.mlp\\\\.up_proj\": 3}"),
        "layers.1.mlp.up_proj.lora_A.weight has the shape [4, 64]",
        "make it [3, 64]");
  }

  @Test
  void anAdapterOfAnotherModelIsRefused() throws IOException {
    ModelConfig other = config("qwen3");
    TestingAdapter adapter = TestingAdapter.random(other, 1, 4, ALL);
    adapter.write(folder);
    assertThatThrownBy(() -> LoraAdapter.open(folder, LLAMA))
        .isInstanceOf(CheckpointException.class);
    assertThatThrownBy(() -> LoraAdapter.open(folder, config("gpt2")))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("GPT2");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "base_model.model.model.layers.3.self_attn.q_proj.lora_A.weight",
        "base_model.model.model.layers.00.self_attn.q_proj.lora_A.weight",
        "base_model.model.lm_head.lora_A.weight",
        "base_model.model.model.embed_tokens.lora_embedding_A",
        "base_model.model.model.layers.0.self_attn.q_proj.lora_magnitude_vector",
        "base_model.model.model.layers.0.block_sparse_moe.gate.lora_A.weight"
      })
  void aTensorThatBelongsNowhereIsNamed(String name) throws IOException {
    TestingAdapter adapter = adapter();
    adapter.rename(TestingAdapter.name(2, Projection.DOWN, "A"), name);
    adapter.remove(TestingAdapter.name(2, Projection.DOWN, "B"));
    refused(adapter, name);
  }

  @Test
  void aMatrixWithoutTheOtherIsRefused() throws IOException {
    TestingAdapter adapter = adapter();
    String lost = TestingAdapter.name(1, Projection.GATE, "B");
    adapter.remove(lost);
    refused(adapter, lost);
  }

  @Test
  void aTargetWithoutTensorsIsRefused() throws IOException {
    refused(
        TestingAdapter.random(LLAMA, 1, 4, List.of(Projection.KEY))
            .set("target_modules", "[\"k_proj\", \"v_proj\"]"),
        "target_modules",
        "v_proj");
  }

  @Test
  void anAdapterWithoutTensorsIsRefused() throws IOException {
    refused(TestingAdapter.random(LLAMA, 1, 4, List.of()), "has no tensors");
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
  void aValueThatIsNotFiniteIsRefusedWhereItIsRead(float value) throws IOException {
    TestingAdapter written = adapter();
    written.values(2, Projection.VALUE, "B")[17] = value;
    try (LoraAdapter adapter = open(written)) {
      adapter.factors(2, Projection.QUERY);
      assertThatThrownBy(() -> adapter.factors(2, Projection.VALUE))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining(TestingAdapter.name(2, Projection.VALUE, "B"))
          .hasMessageContaining("not finite");
    }
  }

  @Test
  void aTypeThatWeirCannotReadIsRefused() throws IOException {
    adapter().write(folder);
    Path weights = folder.resolve("adapter_model.safetensors");
    String bytes = Files.readString(weights, java.nio.charset.StandardCharsets.ISO_8859_1);
    Files.writeString(
        weights, bytes.replace("\"F32\"", "\"I32\""), java.nio.charset.StandardCharsets.ISO_8859_1);
    assertThatThrownBy(() -> LoraAdapter.open(folder, LLAMA))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("I32");
  }

  @Test
  void aFolderWithoutAnAdapterSaysWhatBelongsThere() throws IOException {
    assertThatThrownBy(() -> LoraAdapter.open(folder, LLAMA))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            folder
                + " has no adapter_config.json; name the folder that PEFT's save_pretrained"
                + " wrote");
    adapter().write(folder);
    Files.delete(folder.resolve("adapter_model.safetensors"));
    assertThatThrownBy(() -> LoraAdapter.open(folder, LLAMA))
        .hasMessageContaining("has no adapter_model.safetensors");
  }
}
