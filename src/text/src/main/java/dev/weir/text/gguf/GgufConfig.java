package dev.weir.text.gguf;

import dev.weir.text.CheckpointException;
import dev.weir.text.ModelConfig;
import dev.weir.text.ModelConfig.Activation;
import dev.weir.text.ModelConfig.Family;
import dev.weir.text.TensorSource;
import dev.weir.text.config.ConfigLimits;
import java.util.Collections;
import java.util.List;

/**
 * Makes a model config of a GGUF's metadata (keys as in ggml, docs/gguf.md, "LLM") and of which
 * tensors there are.
 */
final class GgufConfig {
  private static final String ARCHITECTURE = "general.architecture";

  private final GgufMetadata metadata;
  private final TensorSource tensors;
  private final String prefix;

  private GgufConfig(GgufMetadata metadata, TensorSource tensors) {
    this.metadata = metadata;
    this.tensors = tensors;
    this.prefix = metadata.text(ARCHITECTURE) + ".";
  }

  /**
   * The family.
   *
   * @throws CheckpointException if it is not supported
   */
  static Family family(GgufMetadata metadata) {
    String type = metadata.text("general.type");
    if (type != null && !type.equals("model")) {
      throw metadata.unsupported("general.type", List.of("model"));
    }
    String architecture = metadata.text(ARCHITECTURE);
    return switch (architecture == null ? "" : architecture) {
      // ggml has one architecture for both; only a window tells them apart, and only it matters.
      case "llama" ->
          metadata.has("llama.attention.sliding_window") ? Family.MISTRAL : Family.LLAMA;
      case "qwen2" -> Family.QWEN2;
      case "qwen3" -> Family.QWEN3;
      case "gpt2" -> Family.GPT2;
      default ->
          throw metadata.unsupported(ARCHITECTURE, List.of("llama", "qwen2", "qwen3", "gpt2"));
    };
  }

  /**
   * Reads the config.
   *
   * @param tensors by transformers' names
   */
  static ModelConfig read(GgufMetadata metadata, TensorSource tensors) {
    Family family = family(metadata);
    return new GgufConfig(metadata, tensors).read(family);
  }

  private ModelConfig read(Family family) {
    if (metadata.has(prefix + "expert_count")) {
      throw new CheckpointException(
          metadata.source()
              + ": mixtures of experts ("
              + prefix
              + "expert_count) are not supported");
    }
    int hidden = metadata.count(prefix + "embedding_length", ConfigLimits.MAX_WIDTH);
    int layers = metadata.count(prefix + "block_count", ConfigLimits.MAX_LAYERS);
    int heads = metadata.count(prefix + "attention.head_count", ConfigLimits.MAX_HEADS);
    int kvHeads = metadata.count(prefix + "attention.head_count_kv", ConfigLimits.MAX_HEADS, heads);
    if (heads % kvHeads != 0) {
      throw metadata.bad(prefix + "attention.head_count_kv", "a divisor of the heads, " + heads);
    }
    int headSize = headSize(hidden, heads);
    int context = metadata.count(prefix + "context_length", ConfigLimits.MAX_CONTEXT);
    boolean gpt2 = family == Family.GPT2;
    return new ModelConfig(
        family,
        vocabulary(gpt2 ? "transformer.wte.weight" : "model.embed_tokens.weight"),
        hidden,
        metadata.count(prefix + "feed_forward_length", ConfigLimits.MAX_WIDTH),
        layers,
        heads,
        kvHeads,
        headSize,
        context,
        metadata.positive(
            prefix + (gpt2 ? "attention.layer_norm_epsilon" : "attention.layer_norm_rms_epsilon")),
        gpt2 ? null : GgufRope.read(metadata, prefix, tensors, headSize, context),
        Collections.nCopies(
            layers,
            family == Family.MISTRAL
                ? metadata.count(prefix + "attention.sliding_window", ConfigLimits.MAX_CONTEXT)
                : 0),
        gpt2 ? Activation.GELU_TANH : Activation.SILU,
        !tensors.names().contains("lm_head.weight"),
        gpt2 || has("self_attn.q_proj.bias"),
        gpt2 || has("self_attn.o_proj.bias"),
        gpt2 || has("mlp.up_proj.bias"),
        family == Family.QWEN3,
        // llama.cpp's converter permutes the rows of q and k for this architecture alone.
        family == Family.LLAMA || family == Family.MISTRAL,
        null);
  }

  private boolean has(String inFirstLayer) {
    return tensors.names().contains("model.layers.0." + inFirstLayer);
  }

  private int vocabulary(String embedding) {
    List<Long> shape = tensors.describe(embedding).shape();
    long rows = shape.isEmpty() ? 0 : shape.getFirst();
    if (rows < 1 || rows > ConfigLimits.MAX_VOCABULARY) {
      throw new CheckpointException(
          "%s: tensor %s has the shape %s; 1 to %d rows are supported"
              .formatted(metadata.source(), embedding, shape, ConfigLimits.MAX_VOCABULARY));
    }
    return (int) rows;
  }

  private int headSize(int hidden, int heads) {
    String key = prefix + "attention.key_length";
    if (!metadata.has(key)
        && (hidden % heads != 0 || hidden / heads > ConfigLimits.MAX_HEAD_SIZE)) {
      throw metadata.bad(prefix + "attention.head_count", "a divisor of the width, " + hidden);
    }
    int headSize = metadata.count(key, ConfigLimits.MAX_HEAD_SIZE, hidden / heads);
    String valueKey = prefix + "attention.value_length";
    if (metadata.count(valueKey, ConfigLimits.MAX_HEAD_SIZE, headSize) != headSize) {
      throw metadata.bad(valueKey, "equal to the length of keys, " + headSize + ",");
    }
    if (headSize % 2 != 0) {
      throw metadata.bad(key, "even, so that pairs can rotate,");
    }
    return headSize;
  }
}
