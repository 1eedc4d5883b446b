package dev.weir.train.caption;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weir.text.safetensors.SafetensorsWriter;
import dev.weir.text.safetensors.SafetensorsWriter.Precision;
import dev.weir.torch.train.HostTensor;
import dev.weir.train.LlamaTensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Writes a trained caption transformer as a llama of Hugging Face's form: {@code config.json},
 * {@code generation_config.json}, {@code tokenizer.json}, {@code tokenizer_config.json} and {@code
 * model.safetensors} in float16.
 */
public final class CaptionExport {
  private static final ObjectMapper JSON = new ObjectMapper();

  private CaptionExport() {}

  /**
   * Writes the folder's files.
   *
   * @param weights of a {@link CaptionTransformer} by the names of its parameters
   * @param recipe how they were made, kept in the file of weights
   */
  public static void write(
      CaptionTransformerConfig config,
      Map<String, HostTensor.Floats> weights,
      Map<String, String> recipe,
      Path folder)
      throws IOException {
    Files.createDirectories(folder);
    write(folder.resolve("config.json"), config(config));
    write(folder.resolve("generation_config.json"), ends(JSON.createObjectNode()));
    write(folder.resolve("tokenizer.json"), CaptionTokenizer.json(CaptionTokenizer.pairs()));
    write(folder.resolve("tokenizer_config.json"), tokenizerConfig(config));
    LlamaTensors tensors = new LlamaTensors(config.blocks(), weights);
    tensors.addTable("model.embed_tokens.weight", "embedding");
    tensors.addBlocks();
    SafetensorsWriter.write(
        folder.resolve("model.safetensors"), recipe, tensors.all(), Precision.F16);
  }

  private static void write(Path file, JsonNode json) throws IOException {
    Files.writeString(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(json) + "\n");
  }

  private static ObjectNode config(CaptionTransformerConfig config) {
    ObjectNode json = JSON.createObjectNode();
    json.putArray("architectures").add("LlamaForCausalLM");
    json.put("model_type", "llama");
    json.put("vocab_size", config.vocabulary());
    LlamaTensors.describe(config.blocks(), json);
    json.put("max_position_embeddings", config.blocks().positions());
    json.put("tie_word_embeddings", true);
    json.put("torch_dtype", "float16");
    return ends(json);
  }

  /** One token ends a text and comes before the next. */
  private static ObjectNode ends(ObjectNode json) {
    return json.put("bos_token_id", BytePairs.END_ID).put("eos_token_id", BytePairs.END_ID);
  }

  private static ObjectNode tokenizerConfig(CaptionTransformerConfig config) {
    ObjectNode json = JSON.createObjectNode();
    json.put("tokenizer_class", "PreTrainedTokenizerFast");
    json.put("bos_token", BytePairs.END).put("eos_token", BytePairs.END);
    json.put("model_max_length", config.blocks().positions());
    return json;
  }
}
