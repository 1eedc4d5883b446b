package dev.weir.text.config;

import dev.weir.text.CheckpointException;
import dev.weir.text.ModelConfig;
import dev.weir.text.ModelConfig.Family;
import dev.weir.text.TensorDescription;
import dev.weir.text.TensorSource;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The tensors that a model must have, by transformers' names, and their shapes.
 *
 * <p>A checkpoint may hold more (buffers, a copy of a tied output layer); those are left alone.
 */
public final class ExpectedTensors {
  private final ModelConfig config;
  private final Map<String, List<Long>> shapes = new LinkedHashMap<>();

  private ExpectedTensors(ModelConfig config) {
    this.config = config;
    if (config.family() == Family.GPT2) {
      gpt2();
    } else {
      llamaLike();
    }
  }

  /** Names and shapes for an architecture, in the order in which they are used. */
  public static Map<String, List<Long>> of(ModelConfig config) {
    return new ExpectedTensors(config).shapes;
  }

  /**
   * Holds a checkpoint's tensors against its config.
   *
   * @throws CheckpointException that names the first tensor that is missing, has another shape, or
   *     a type that is not supported
   */
  public static void check(ModelConfig config, TensorSource tensors, String source) {
    of(config)
        .forEach((name, shape) -> {
          TensorDescription found;
          try {
            found = tensors.describe(name);
          } catch (CheckpointException e) {
            throw new CheckpointException(
                "%s: %s; a model of family %s needs it"
                    .formatted(source, e.getMessage(), config.family()),
                e);
          }
          if (!found.shape().equals(shape)) {
            throw new CheckpointException(
                "%s: tensor %s has the shape %s, the config makes it %s"
                    .formatted(source, name, found.shape(), shape));
          }
        });
  }

  private void llamaLike() {
    long hidden = config.hidden();
    long queries = (long) config.heads() * config.headSize();
    long keys = (long) config.kvHeads() * config.headSize();
    long inner = config.intermediate();
    put("model.embed_tokens.weight", config.inputs(), hidden);
    ModelConfig.Grid grid = config.grid();
    if (grid != null) {
      put("model.above_embedding.weight", config.vocabulary() + 1L, hidden); // the last: none above
      put("model.row_embedding.weight", grid.side(), hidden);
      put("model.column_embedding.weight", grid.side(), hidden);
    }
    for (int layer = 0; layer < config.layers(); layer++) {
      String prefix = "model.layers." + layer + ".";
      put(prefix + "input_layernorm.weight", hidden);
      linear(prefix + "self_attn.q_proj", queries, hidden, config.attentionBias());
      linear(prefix + "self_attn.k_proj", keys, hidden, config.attentionBias());
      linear(prefix + "self_attn.v_proj", keys, hidden, config.attentionBias());
      linear(prefix + "self_attn.o_proj", hidden, queries, config.attentionOutputBias());
      if (config.queryKeyNorm()) {
        put(prefix + "self_attn.q_norm.weight", config.headSize());
        put(prefix + "self_attn.k_norm.weight", config.headSize());
      }
      put(prefix + "post_attention_layernorm.weight", hidden);
      linear(prefix + "mlp.gate_proj", inner, hidden, config.mlpBias());
      linear(prefix + "mlp.up_proj", inner, hidden, config.mlpBias());
      linear(prefix + "mlp.down_proj", hidden, inner, config.mlpBias());
    }
    put("model.norm.weight", hidden);
    if (!config.tiedEmbeddings()) {
      put("lm_head.weight", config.vocabulary(), hidden);
    }
  }

  private void gpt2() {
    long hidden = config.hidden();
    long inner = config.intermediate();
    put("transformer.wte.weight", config.vocabulary(), hidden);
    put("transformer.wpe.weight", config.contextLength(), hidden);
    for (int layer = 0; layer < config.layers(); layer++) {
      String prefix = "transformer.h." + layer + ".";
      norm(prefix + "ln_1", hidden);
      conv1d(prefix + "attn.c_attn", hidden, 3 * hidden); // Conv1D: [in, out]
      conv1d(prefix + "attn.c_proj", hidden, hidden);
      norm(prefix + "ln_2", hidden);
      conv1d(prefix + "mlp.c_fc", hidden, inner);
      conv1d(prefix + "mlp.c_proj", inner, hidden);
    }
    norm("transformer.ln_f", hidden);
    if (!config.tiedEmbeddings()) {
      put("lm_head.weight", config.vocabulary(), hidden);
    }
  }

  private void put(String name, long... shape) {
    shapes.put(name, Arrays.stream(shape).boxed().toList());
  }

  private void linear(String name, long out, long in, boolean bias) {
    put(name + ".weight", out, in);
    if (bias) {
      put(name + ".bias", out);
    }
  }

  private void conv1d(String name, long in, long out) {
    put(name + ".weight", in, out);
    put(name + ".bias", out);
  }

  private void norm(String name, long size) {
    put(name + ".weight", size);
    put(name + ".bias", size);
  }
}
