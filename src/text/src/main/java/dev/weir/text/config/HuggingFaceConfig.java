package dev.weir.text.config;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weir.text.ModelConfig;
import dev.weir.text.ModelConfig.Activation;
import dev.weir.text.ModelConfig.Family;
import dev.weir.text.ModelConfig.Grid;
import dev.weir.text.json.Fields;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code config.json} in the spelling of today's transformers ({@code rope_parameters}) and
 * in the older one that most published files have ({@code rope_theta}, {@code rope_scaling}).
 * Defaults are those of transformers' configuration classes.
 */
public final class HuggingFaceConfig {
  private static final List<String> FAMILIES =
      List.of("llama", "mistral", "qwen2", "qwen3", "gpt2", "weir_pixels");
  private static final List<String> ACTIVATIONS =
      List.of("silu", "swish", "gelu", "gelu_new", "gelu_pytorch_tanh", "gelu_fast");

  private HuggingFaceConfig() {}

  /**
   * Reads a config.
   *
   * @param source what to call it in errors
   * @throws dev.weir.text.CheckpointException if the family or a feature is not supported, or a
   *     field is missing or wrong
   */
  public static ModelConfig parse(JsonNode json, String source) {
    Fields fields = new Fields(json, source);
    if (fields.has("quantization_config")) {
      throw fields.unsupported(
          "quantization_config", List.of("none; or GGUF for quantised weights"));
    }
    return switch (fields.text("model_type", "")) {
      case "llama" -> llamaLike(fields, Family.LLAMA, null);
      case "mistral" -> llamaLike(fields, Family.MISTRAL, null);
      case "qwen2" -> llamaLike(fields, Family.QWEN2, null);
      case "qwen3" -> llamaLike(fields, Family.QWEN3, null);
      case "gpt2" -> gpt2(fields);
      case "weir_pixels" -> pixels(fields);
      default -> throw fields.unsupported("model_type", FAMILIES);
    };
  }

  private static ModelConfig llamaLike(Fields fields, Family family, @Nullable Grid grid) {
    int hidden = fields.count("hidden_size", ConfigLimits.MAX_WIDTH);
    int layers = fields.count("num_hidden_layers", ConfigLimits.MAX_LAYERS);
    int heads = fields.count("num_attention_heads", ConfigLimits.MAX_HEADS);
    int kvHeads = fields.count("num_key_value_heads", ConfigLimits.MAX_HEADS, heads);
    if (heads % kvHeads != 0) {
      throw fields.bad("num_key_value_heads", "a divisor of num_attention_heads " + heads);
    }
    int headSize = headSize(fields, family, hidden, heads);
    int context =
        fields.count("max_position_embeddings", ConfigLimits.MAX_CONTEXT, defaultContext(family));
    boolean bias =
        switch (family) {
          case QWEN2 -> true;
          case LLAMA, QWEN3 -> fields.flag("attention_bias", false);
          case MISTRAL, GPT2 -> false;
        };
    return new ModelConfig(
        family,
        fields.count("vocab_size", ConfigLimits.MAX_VOCABULARY),
        hidden,
        fields.count("intermediate_size", ConfigLimits.MAX_WIDTH),
        layers,
        heads,
        kvHeads,
        headSize,
        context,
        fields.positive("rms_norm_eps", 1e-6),
        RopeFields.read(fields, headSize, context),
        slidingWindows(fields, family, layers),
        activation(fields, "hidden_act", "silu"),
        fields.flag("tie_word_embeddings", false),
        bias,
        bias && family != Family.QWEN2,
        family == Family.LLAMA && fields.flag("mlp_bias", false),
        family == Family.QWEN3,
        false,
        grid);
  }

  /** A llama whose sequences are pictures; what it has beside a llama's fields is Weir's own. */
  private static ModelConfig pixels(Fields fields) {
    Grid grid =
        new Grid(
            fields.count("grid_side", ConfigLimits.MAX_GRID_SIDE),
            fields.count("prefix_length", ConfigLimits.MAX_CONTEXT),
            fields.count("input_vocab_size", ConfigLimits.MAX_VOCABULARY));
    ModelConfig config = llamaLike(fields, Family.LLAMA, grid);
    if (config.tiedEmbeddings()) {
      throw fields.unsupported("tie_word_embeddings", List.of("false"));
    }
    if (grid.side() < 2) {
      throw fields.bad("grid_side", "at least 2");
    }
    if (grid.inputs() < config.vocabulary()) {
      throw fields.bad("input_vocab_size", "at least vocab_size " + config.vocabulary());
    }
    if (config.contextLength() != grid.prefix() + grid.cells()) {
      throw fields.bad(
          "max_position_embeddings",
          "prefix_length and the cells, %d".formatted(grid.prefix() + grid.cells()));
    }
    return config;
  }

  private static int headSize(Fields fields, Family family, int hidden, int heads) {
    int headSize;
    if (fields.has("head_dim")) {
      headSize = fields.count("head_dim", ConfigLimits.MAX_HEAD_SIZE);
    } else if (family == Family.QWEN3) {
      headSize = 128;
    } else {
      headSize = hidden / heads;
      if (headSize * heads != hidden || headSize > ConfigLimits.MAX_HEAD_SIZE) {
        throw fields.bad("num_attention_heads", "a divisor of hidden_size " + hidden);
      }
    }
    if (headSize % 2 != 0) {
      throw fields.bad("head_dim", "even, so that pairs can rotate,");
    }
    return headSize;
  }

  private static int defaultContext(Family family) {
    return switch (family) {
      case LLAMA -> 2048;
      case MISTRAL -> 4096 * 32;
      case QWEN2, QWEN3 -> 32768;
      case GPT2 -> 1024;
    };
  }

  /** Which layers look back only so far: mistral all of them, qwen those that the config says. */
  private static List<Integer> slidingWindows(Fields fields, Family family, int layers) {
    return switch (family) {
      case LLAMA, GPT2 -> Collections.nCopies(layers, 0);
      // transformers' class has 4096 where the key is missing; null means no window.
      case MISTRAL -> Collections.nCopies(layers, window(fields));
      case QWEN2, QWEN3 -> qwenWindows(fields, layers);
    };
  }

  private static int window(Fields fields) {
    if (fields.node().path("sliding_window").isNull()) {
      return 0;
    }
    return fields.count("sliding_window", ConfigLimits.MAX_CONTEXT, 4096);
  }

  private static List<Integer> qwenWindows(Fields fields, int layers) {
    int window = fields.flag("use_sliding_window", false) ? window(fields) : 0;
    JsonNode types = fields.node().path("layer_types");
    List<Integer> windows = new ArrayList<>(layers);
    if (types.isArray()) {
      if (types.size() != layers) {
        throw fields.bad("layer_types", "a list of " + layers + " names");
      }
      for (JsonNode type : types) {
        windows.add(
            switch (type.asText()) {
              case "full_attention" -> 0;
              case "sliding_attention" -> window;
              default ->
                  throw fields.unsupported(
                      "layer_types", List.of("full_attention", "sliding_attention"));
            });
      }
      return List.copyOf(windows);
    }
    // 0 is allowed here: every layer slides.
    JsonNode first = fields.node().path("max_window_layers");
    int firstSliding = first.isNumber() ? first.intValue() : 28;
    for (int layer = 0; layer < layers; layer++) {
      windows.add(layer >= firstSliding ? window : 0);
    }
    return List.copyOf(windows);
  }

  private static ModelConfig gpt2(Fields fields) {
    int hidden = fields.count("n_embd", ConfigLimits.MAX_WIDTH);
    int layers = fields.count("n_layer", ConfigLimits.MAX_LAYERS);
    int heads = fields.count("n_head", ConfigLimits.MAX_HEADS);
    if (hidden % heads != 0 || hidden / heads > ConfigLimits.MAX_HEAD_SIZE) {
      throw fields.bad("n_head", "a divisor of n_embd " + hidden);
    }
    if (!fields.flag("scale_attn_weights", true)) {
      throw fields.unsupported("scale_attn_weights", List.of("true"));
    }
    if (fields.flag("scale_attn_by_inverse_layer_idx", false)) {
      throw fields.unsupported("scale_attn_by_inverse_layer_idx", List.of("false"));
    }
    if (fields.flag("add_cross_attention", false)) {
      throw fields.unsupported("add_cross_attention", List.of("false"));
    }
    return new ModelConfig(
        Family.GPT2,
        fields.count("vocab_size", ConfigLimits.MAX_VOCABULARY),
        hidden,
        fields.count("n_inner", ConfigLimits.MAX_WIDTH, 4 * hidden),
        layers,
        heads,
        heads,
        hidden / heads,
        fields.count("n_positions", ConfigLimits.MAX_CONTEXT, defaultContext(Family.GPT2)),
        fields.positive("layer_norm_epsilon", 1e-5),
        null,
        Collections.nCopies(layers, 0),
        activation(fields, "activation_function", "gelu_new"),
        fields.flag("tie_word_embeddings", true),
        true,
        true,
        true,
        false,
        false,
        null);
  }

  private static Activation activation(Fields fields, String field, String fallback) {
    return switch (fields.text(field, fallback)) {
      case "silu", "swish" -> Activation.SILU;
      case "gelu" -> Activation.GELU;
      case "gelu_new", "gelu_pytorch_tanh", "gelu_fast" -> Activation.GELU_TANH;
      default -> throw fields.unsupported(field, ACTIVATIONS);
    };
  }
}
