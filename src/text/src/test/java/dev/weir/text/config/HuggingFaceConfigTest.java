package dev.weir.text.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.text.CheckpointException;
import dev.weir.text.ModelConfig;
import dev.weir.text.ModelConfig.Activation;
import dev.weir.text.json.JsonLimits;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HuggingFaceConfigTest {
  private static final String LLAMA =
      """
      "model_type":"llama","hidden_size":64,"intermediate_size":160,"num_hidden_layers":4,
      "num_attention_heads":4,"vocab_size":384
      """;
  private static final String QWEN2 = LLAMA.replace("llama", "qwen2");
  private static final String GPT2 =
      """
      "model_type":"gpt2","n_embd":64,"n_layer":2,"n_head":4,"vocab_size":384
      """;

  private static final String PIXELS =
      LLAMA.replace("llama", "weir_pixels").replace("384", "256")
          + """
          ,"input_vocab_size":500,"prefix_length":17,"grid_side":16,"max_position_embeddings":273
          """;

  @Test
  void whatAConfigLeavesOutIsTransformersDefault() {
    ModelConfig llama = parse(LLAMA);
    assertThat(llama.kvHeads()).isEqualTo(4);
    assertThat(llama.headSize()).isEqualTo(16);
    assertThat(llama.contextLength()).isEqualTo(2048);
    assertThat(llama.normEpsilon()).isEqualTo(1e-6);
    assertThat(llama.activation()).isEqualTo(Activation.SILU);
    assertThat(llama.tiedEmbeddings()).isFalse();
    assertThat(llama.attentionBias()).isFalse();
    assertThat(llama.slidingWindows()).containsExactly(0, 0, 0, 0);
    assertThat(Objects.requireNonNull(llama.rope()).inverseFrequencies().getLast())
        .isEqualTo(Math.pow(10_000, -14 / 16.0));

    ModelConfig gpt2 = parse(GPT2);
    assertThat(gpt2.intermediate()).isEqualTo(256);
    assertThat(gpt2.contextLength()).isEqualTo(1024);
    assertThat(gpt2.normEpsilon()).isEqualTo(1e-5);
    assertThat(gpt2.activation()).isEqualTo(Activation.GELU_TANH);
    assertThat(gpt2.tiedEmbeddings()).isTrue();
    assertThat(gpt2.rope()).isNull();

    assertThat(parse(LLAMA.replace("llama", "qwen3")).headSize()).isEqualTo(128);
    assertThat(parse(LLAMA.replace("llama", "mistral")).contextLength()).isEqualTo(131072);
  }

  @ParameterizedTest
  @CsvSource({
    "llama, false, false",
    "mistral, false, false",
    "qwen2, true, false", // always on q, k and v, never on the output
    "qwen3, false, false"
  })
  void biasesAreWhereTheFamilyHasThem(String family, boolean attention, boolean output) {
    ModelConfig config = parse(LLAMA.replace("llama", family));
    assertThat(config.attentionBias()).isEqualTo(attention);
    assertThat(config.attentionOutputBias()).isEqualTo(output);
    assertThat(config.mlpBias()).isFalse();
    assertThat(config.queryKeyNorm()).isEqualTo(family.equals("qwen3"));
  }

  @Test
  void llamaWithBiasesHasThemEverywhereItSays() {
    ModelConfig config = parse(LLAMA + ",\"attention_bias\":true,\"mlp_bias\":true");
    assertThat(config.attentionBias()).isTrue();
    assertThat(config.attentionOutputBias()).isTrue();
    assertThat(config.mlpBias()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\'',
      textBlock =
          """
          mistral |                                                    | 4096 4096 4096 4096
          mistral | "sliding_window":null                              | 0 0 0 0
          mistral | "sliding_window":16                                | 16 16 16 16
          llama   | "sliding_window":16                                | 0 0 0 0
          qwen2   | "sliding_window":16,"max_window_layers":2          | 0 0 0 0
          qwen2   | "use_sliding_window":true,"sliding_window":16,"max_window_layers":2 | 0 0 16 16
          qwen3   | "use_sliding_window":true,"sliding_window":16,"max_window_layers":0 | 16 16 16 16
          qwen2   | "use_sliding_window":true,"sliding_window":16      | 0 0 0 0
          qwen2   | "use_sliding_window":true,"sliding_window":null,"max_window_layers":0 | 0 0 0 0
          qwen3   | "use_sliding_window":true,"sliding_window":8,"layer_types":["full_attention","sliding_attention","full_attention","sliding_attention"] | 0 8 0 8
          """)
  void slidingWindowsAreThoseOfTheLayersThatHaveThem(
      String family, String fields, String expected) {
    ModelConfig config =
        parse(LLAMA.replace("llama", family) + (fields == null ? "" : "," + fields));
    assertThat(config.slidingWindows())
        .containsExactlyElementsOf(
            List.of(expected.split(" ", -1)).stream().map(Integer::valueOf).toList());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\'',
      textBlock =
          """
          model_type "mamba" is not supported; supported are llama   | "model_type":"mamba"
          hidden_size must be a whole number from 1 to 1048576, it is null | "hidden_size":null
          hidden_size must be a whole number                         | "hidden_size":-64
          hidden_size must be a whole number                         | "hidden_size":64.5
          hidden_size must be a whole number                         | "hidden_size":"64"
          hidden_size must be a whole number                         | "hidden_size":1e300
          hidden_size must be a whole number                         | "hidden_size":NaN
          num_hidden_layers must be a whole number                   | "num_hidden_layers":1000000000
          num_key_value_heads must be a divisor                      | "num_key_value_heads":3
          num_attention_heads must be a divisor of hidden_size       | "num_attention_heads":5
          head_dim must be even                                      | "head_dim":15
          hidden_act "relu" is not supported; supported are silu     | "hidden_act":"relu"
          quantization_config                                        | "quantization_config":{"quant_method":"gptq"}
          rope_type "weird" is not supported; supported are default  | "rope_parameters":{"rope_type":"weird"}
          type "weird" is not supported                              | "rope_scaling":{"type":"weird"}
          factor must be a number above 0, it is missing             | "rope_scaling":{"type":"linear"}
          short_factor must be a list of 8 numbers                   | "rope_scaling":{"type":"longrope","short_factor":[1]}
          one rotary embedding for each layer type                   | "rope_parameters":{"full_attention":{"rope_theta":1}}
          high_freq_factor must be above                             | "rope_scaling":{"type":"llama3","factor":8,"low_freq_factor":4,"high_freq_factor":4}
          partial_rotary_factor must be                              | "partial_rotary_factor":0.07
          partial_rotary_factor must be at most 1                    | "partial_rotary_factor":1.5
          rope_theta must be above 1                                 | "rope_theta":0.5
          tie_word_embeddings must be true or false                  | "tie_word_embeddings":"yes"
          """)
  void whatCannotBeRunIsNamed(String message, String field) {
    // Of two fields with one name the last wins, as in Python.
    assertThatThrownBy(() -> parse(LLAMA + "," + field))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("config.json")
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\'',
      textBlock =
          """
          scale_attn_weights              | "scale_attn_weights":false
          scale_attn_by_inverse_layer_idx | "scale_attn_by_inverse_layer_idx":true
          add_cross_attention             | "add_cross_attention":true
          activation_function             | "activation_function":"relu"
          n_head                          | "n_head":7
          """)
  void gpt2WithAnythingUnusualIsNamed(String message, String field) {
    assertThatThrownBy(() -> parse(GPT2 + "," + field))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(message);
  }

  @Test
  void picturesAreALlamaWithAGrid() {
    ModelConfig config = parse(PIXELS);
    assertThat(config.family()).isEqualTo(ModelConfig.Family.LLAMA);
    assertThat(config.grid()).isEqualTo(new ModelConfig.Grid(16, 17, 500));
    assertThat(config.inputs()).isEqualTo(500);
    assertThat(config.vocabulary()).isEqualTo(256);
    assertThat(Objects.requireNonNull(config.grid()).lookBack()).isEqualTo(15);
    assertThat(parse(LLAMA).grid()).isNull();
    assertThat(parse(LLAMA).inputs()).isEqualTo(384);
    var shapes = ExpectedTensors.of(config);
    assertThat(shapes)
        .containsEntry("model.embed_tokens.weight", List.of(500L, 64L))
        .containsEntry("model.above_embedding.weight", List.of(257L, 64L))
        .containsEntry("model.row_embedding.weight", List.of(16L, 64L))
        .containsEntry("model.column_embedding.weight", List.of(16L, 64L))
        .containsEntry("lm_head.weight", List.of(256L, 64L));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\'',
      textBlock =
          """
          grid_side must be at least 2                                          | "grid_side":1
          grid_side must be a whole number from 1 to 1024                       | "grid_side":2000
          prefix_length must be a whole number                                  | "prefix_length":0
          input_vocab_size must be at least vocab_size 256                      | "input_vocab_size":255
          tie_word_embeddings true is not supported; supported are false      | "tie_word_embeddings":true
          max_position_embeddings must be prefix_length and the cells, 273      | "max_position_embeddings":274
          """)
  void picturesThatCannotBeAreNamed(String message, String field) {
    assertThatThrownBy(() -> parse(PIXELS + "," + field))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(message);
  }

  @Test
  void qwenLayerTypesMustBeKnownAndComplete() {
    assertThatThrownBy(() -> parse(QWEN2 + ",\"layer_types\":[\"full_attention\"]"))
        .hasMessageContaining("layer_types must be a list of 4 names");
    String chunked = "\"chunked_attention\"";
    assertThatThrownBy(
            () -> parse(QWEN2 + ",\"layer_types\":[%1$s,%1$s,%1$s,%1$s]".formatted(chunked)))
        .hasMessageContaining("supported are full_attention, sliding_attention");
  }

  private static ModelConfig parse(String fields) {
    byte[] json = ("{" + fields + "}").getBytes(StandardCharsets.UTF_8);
    return HuggingFaceConfig.parse(JsonLimits.parse(json, "config.json"), "config.json");
  }
}
