package dev.weir.text;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weir.text.config.ExpectedTensors;
import dev.weir.text.config.HuggingFaceConfig;
import dev.weir.text.config.TokenizerConfig;
import dev.weir.text.json.Fields;
import dev.weir.text.json.JsonLimits;
import dev.weir.text.safetensors.Safetensors;
import dev.weir.text.tokenizer.TokenizerJson;
import dev.weir.text.weights.MappedTensors;
import dev.weir.text.weights.Sha256;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Opens a model folder as transformers' {@code save_pretrained} writes it. */
final class HuggingFaceFolder {
  private HuggingFaceFolder() {}

  static Checkpoint open(Path folder, String configName) {
    Path configFile = folder.resolve(configName);
    JsonNode json = JsonLimits.read(configFile, JsonLimits.CONFIG_BYTES);
    ModelConfig config = HuggingFaceConfig.parse(json, configFile.toString());
    TokenizerConfig tokenizerConfig = TokenizerConfig.read(folder);
    Set<Integer> endOfSequence = endOfSequence(folder, new Fields(json, configFile.toString()));

    List<Path> files = Safetensors.files(folder);
    MappedTensors tensors = Safetensors.open(files, basePrefix(config.family()));
    try {
      ExpectedTensors.check(config, tensors, folder.toString());
      return new Checkpoint(
          Checkpoints.name(folder),
          config,
          tensors,
          tokenizer(folder),
          tokenizerConfig.chatTemplate(),
          tokenizerConfig.specialTokens(),
          endOfSequence,
          new Sha256(files));
    } catch (RuntimeException | Error e) {
      tensors.close();
      throw e;
    }
  }

  /** Checkpoints of tests have none. */
  private static @Nullable Tokenizer tokenizer(Path folder) {
    Path file = folder.resolve(TokenizerJson.FILE_NAME);
    return Files.isRegularFile(file) ? TokenizerJson.read(file) : null;
  }

  private static String basePrefix(ModelConfig.Family family) {
    return switch (family) {
      case GPT2 -> "transformer.";
      case LLAMA, MISTRAL, QWEN2, QWEN3 -> "model.";
    };
  }

  /** The generation config's ids, which chat models extend; else the config's. */
  private static Set<Integer> endOfSequence(Path folder, Fields config) {
    Path generation = folder.resolve("generation_config.json");
    List<Integer> ids = List.of();
    if (Files.isRegularFile(generation)) {
      JsonNode json = JsonLimits.read(generation, JsonLimits.CONFIG_BYTES);
      ids = new Fields(json, generation.toString()).ids("eos_token_id");
    }
    return Set.copyOf(new LinkedHashSet<>(ids.isEmpty() ? config.ids("eos_token_id") : ids));
  }
}
