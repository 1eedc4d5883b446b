package dev.weir.train.pixel;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weir.text.safetensors.SafetensorsWriter;
import dev.weir.text.safetensors.SafetensorsWriter.FloatTensor;
import dev.weir.text.safetensors.SafetensorsWriter.Precision;
import dev.weir.torch.train.HostTensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Writes a trained pixel transformer as a checkpoint that the text engine serves: {@code
 * config.json} of the model type {@code weir_pixels} and {@code model.safetensors} with the names
 * of a llama. Tokens are palette indices, then the values of the attributes one after the other.
 */
public final class PixelExport {
  private final PixelTransformerConfig config;
  private final Map<String, HostTensor.Floats> weights;
  private final List<FloatTensor> tensors = new ArrayList<>();

  private PixelExport(PixelTransformerConfig config, Map<String, HostTensor.Floats> weights) {
    this.config = config;
    this.weights = weights;
  }

  /**
   * Writes the folder's two files.
   *
   * @param weights of a {@link PixelTransformer} by the names of its parameters
   * @param recipe how they were made, kept in the file of weights
   */
  public static void write(
      PixelTransformerConfig config,
      Map<String, HostTensor.Floats> weights,
      Map<String, String> recipe,
      Path folder)
      throws IOException {
    Files.createDirectories(folder);
    Files.writeString(
        folder.resolve("config.json"),
        new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(json(config)));
    SafetensorsWriter.write(
        folder.resolve("model.safetensors"),
        recipe,
        new PixelExport(config, weights).tensors(),
        Precision.F16);
  }

  /**
   * The prompt that says what a picture shows.
   *
   * @param condition the value of each attribute; as many as it has values: unsaid
   */
  public static int[] prompt(PixelTransformerConfig config, int[] condition) {
    List<Integer> rows = config.conditionRows();
    int[] prompt = new int[condition.length];
    Arrays.setAll(prompt, i -> config.colours() + rows.get(i) + condition[i]);
    return prompt;
  }

  private static ObjectNode json(PixelTransformerConfig config) {
    ObjectNode json = new ObjectMapper().createObjectNode();
    json.put("model_type", "weir_pixels");
    json.put("vocab_size", config.colours());
    json.put("input_vocab_size", config.colours() + config.conditionTokens());
    json.put("prefix_length", config.prefix());
    json.put("grid_side", config.side());
    ArrayNode values = json.putArray("attribute_values");
    config.attributeValues().forEach(values::add);
    json.put("hidden_size", config.width());
    json.put("intermediate_size", config.intermediate());
    json.put("num_hidden_layers", config.layers());
    json.put("num_attention_heads", config.heads());
    json.put("num_key_value_heads", config.heads());
    json.put("head_dim", config.headSize());
    json.put("max_position_embeddings", config.prefix() + config.pixels());
    json.put("rms_norm_eps", PixelTransformerConfig.NORM_EPSILON);
    json.put("rope_theta", PixelTransformerConfig.ROTARY_BASE);
    json.put("hidden_act", "silu");
    json.put("tie_word_embeddings", false);
    return json;
  }

  private List<FloatTensor> tensors() {
    int width = config.width();
    int attended = config.heads() * config.headSize();
    add(
        "model.embed_tokens.weight",
        width,
        joined(weight("left_table").values(), weight("condition_table").values()));
    add("model.above_embedding.weight", width, weight("above_table").values());
    add("model.row_embedding.weight", width, weight("row_table").values());
    add("model.column_embedding.weight", width, weight("column_table").values());
    for (int i = 0; i < config.layers(); i++) {
      String from = "layers." + i + ".";
      String to = "model.layers." + i + ".";
      vector(to + "input_layernorm.weight", from + "attention_norm");
      List<String> projections = List.of("q_proj", "k_proj", "v_proj");
      parts(to + "self_attn.", projections, attended, from + "qkv", width);
      add(to + "self_attn.o_proj.weight", attended, weight(from + "attention_output").values());
      vector(to + "post_attention_layernorm.weight", from + "feed_forward_norm");
      List<String> gated = List.of("gate_proj", "up_proj");
      parts(to + "mlp.", gated, config.intermediate(), from + "gate_up", width);
      add(to + "mlp.down_proj.weight", config.intermediate(), weight(from + "down").values());
    }
    vector("model.norm.weight", "final_norm");
    add("lm_head.weight", width, weight("output").values());
    return tensors;
  }

  /** Rows of one matrix that are several matrices of {@code rows} rows, one below the other. */
  private void parts(String prefix, List<String> names, int rows, String from, int columns) {
    float[] all = weight(from).values();
    for (int i = 0; i < names.size(); i++) {
      add(
          prefix + names.get(i) + ".weight",
          columns,
          Arrays.copyOfRange(all, i * rows * columns, (i + 1) * rows * columns));
    }
  }

  private void vector(String to, String from) {
    float[] values = weight(from).values();
    tensors.add(new FloatTensor(to, List.of(values.length), values));
  }

  private void add(String name, int columns, float[] values) {
    tensors.add(new FloatTensor(name, List.of(values.length / columns, columns), values));
  }

  private HostTensor.Floats weight(String name) {
    HostTensor.Floats tensor = weights.get(name);
    if (tensor == null) {
      throw new IllegalArgumentException("the weights of a pixel transformer lack " + name);
    }
    return tensor;
  }

  private static float[] joined(float[] first, float[] second) {
    float[] all = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, all, first.length, second.length);
    return all;
  }
}
