package dev.weir.train.pixel;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weir.text.safetensors.SafetensorsWriter;
import dev.weir.text.safetensors.SafetensorsWriter.FloatTensor;
import dev.weir.text.safetensors.SafetensorsWriter.Precision;
import dev.weir.torch.train.HostTensor;
import dev.weir.train.LlamaTensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Writes a trained pixel transformer as a checkpoint that the text engine serves: {@code
 * config.json} of the model type {@code weir_pixels} and {@code model.safetensors} with the names
 * of a llama. Tokens are palette indices, then the values of the attributes one after the other.
 */
public final class PixelExport {
  private PixelExport() {}

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
        folder.resolve("model.safetensors"), recipe, tensors(config, weights), Precision.F16);
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
    LlamaTensors.describe(config.blocks(), json);
    json.put("max_position_embeddings", config.prefix() + config.pixels());
    json.put("tie_word_embeddings", false);
    return json;
  }

  private static List<FloatTensor> tensors(
      PixelTransformerConfig config, Map<String, HostTensor.Floats> weights) {
    LlamaTensors tensors = new LlamaTensors(config.blocks(), weights);
    tensors.addTable("model.embed_tokens.weight", "left_table", "condition_table");
    tensors.addTable("model.above_embedding.weight", "above_table");
    tensors.addTable("model.row_embedding.weight", "row_table");
    tensors.addTable("model.column_embedding.weight", "column_table");
    tensors.addBlocks();
    tensors.addTable("lm_head.weight", "output");
    return tensors.all();
  }
}
