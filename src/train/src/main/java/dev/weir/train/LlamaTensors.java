package dev.weir.train;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weir.text.safetensors.SafetensorsWriter.FloatTensor;
import dev.weir.torch.train.HostTensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Weights of a program with {@link LlamaBlocks} by the names and shapes of a llama checkpoint. */
public final class LlamaTensors {
  private final LlamaBlocks blocks;
  private final Map<String, HostTensor.Floats> weights;
  private final List<FloatTensor> tensors = new ArrayList<>();

  /**
   * Begins with no tensor.
   *
   * @param weights by the names of their parameters
   */
  public LlamaTensors(LlamaBlocks blocks, Map<String, HostTensor.Floats> weights) {
    this.blocks = blocks;
    this.weights = weights;
  }

  /** What was added, in its order. */
  public List<FloatTensor> all() {
    return List.copyOf(tensors);
  }

  /** Writes the fields of a config.json that the blocks decide. */
  public static void describe(LlamaBlocks blocks, ObjectNode config) {
    config.put("hidden_size", blocks.width());
    config.put("intermediate_size", blocks.intermediate());
    config.put("num_hidden_layers", blocks.layers());
    config.put("num_attention_heads", blocks.heads());
    config.put("num_key_value_heads", blocks.heads());
    config.put("head_dim", blocks.headSize());
    config.put("rms_norm_eps", LlamaBlocks.NORM_EPSILON);
    config.put("rope_theta", LlamaBlocks.ROTARY_BASE);
    config.put("hidden_act", "silu");
  }

  /** Adds the blocks and the last norm. */
  public void addBlocks() {
    int attended = blocks.attended();
    for (int i = 0; i < blocks.layers(); i++) {
      String from = LlamaBlocks.prefix(i);
      String to = "model.layers." + i + ".";
      addVector(to + "input_layernorm.weight", from + "attention_norm");
      List<String> projections = List.of("q_proj", "k_proj", "v_proj");
      addParts(to + "self_attn.", projections, attended, from + "qkv");
      add(to + "self_attn.o_proj.weight", attended, from + "attention_output");
      addVector(to + "post_attention_layernorm.weight", from + "feed_forward_norm");
      List<String> gated = List.of("gate_proj", "up_proj");
      addParts(to + "mlp.", gated, blocks.intermediate(), from + "gate_up");
      add(to + "mlp.down_proj.weight", blocks.intermediate(), from + "down");
    }
    addVector("model.norm.weight", "final_norm");
  }

  /** Adds a matrix with the rows of tables of the blocks' width, one below the other. */
  public void addTable(String name, String... tables) {
    int length = 0;
    for (String table : tables) {
      length += weight(table).length;
    }
    float[] rows = new float[length];
    int at = 0;
    for (String table : tables) {
      float[] values = weight(table);
      System.arraycopy(values, 0, rows, at, values.length);
      at += values.length;
    }
    add(name, blocks.width(), rows);
  }

  /** Rows of one matrix that are several matrices of {@code rows} rows, one below the other. */
  private void addParts(String prefix, List<String> names, int rows, String from) {
    float[] all = weight(from);
    int part = rows * blocks.width();
    for (int i = 0; i < names.size(); i++) {
      add(
          prefix + names.get(i) + ".weight",
          blocks.width(),
          Arrays.copyOfRange(all, i * part, (i + 1) * part));
    }
  }

  private void addVector(String to, String from) {
    float[] values = weight(from);
    tensors.add(new FloatTensor(to, List.of(values.length), values));
  }

  private void add(String name, int columns, String from) {
    add(name, columns, weight(from));
  }

  private void add(String name, int columns, float[] values) {
    tensors.add(new FloatTensor(name, List.of(values.length / columns, columns), values));
  }

  private float[] weight(String name) {
    HostTensor.Floats tensor = weights.get(name);
    if (tensor == null) {
      throw new IllegalArgumentException("the trained weights lack " + name);
    }
    return tensor.values();
  }
}
