package dev.weir.text.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.weir.text.Checkpoint.SpecialTokens;
import dev.weir.text.json.JsonLimits;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What {@code tokenizer_config.json} and the files beside it say about chat: special tokens and the
 * template.
 *
 * @param chatTemplate Jinja source; null where there is none
 */
public record TokenizerConfig(SpecialTokens specialTokens, @Nullable String chatTemplate) {
  private static final int MAX_TEMPLATE_BYTES = 1 << 20;

  /** Reads a model folder; every file may be missing. */
  public static TokenizerConfig read(Path folder) {
    JsonNode config = optional(folder.resolve("tokenizer_config.json"));
    JsonNode map = optional(folder.resolve("special_tokens_map.json"));
    Path jinja = folder.resolve("chat_template.jinja");
    return of(
        config,
        map,
        Files.isRegularFile(jinja)
            ? new String(JsonLimits.bytes(jinja, MAX_TEMPLATE_BYTES), StandardCharsets.UTF_8)
            : null);
  }

  /** What the contents say; a template of its own file wins over the config's. */
  static TokenizerConfig of(JsonNode config, JsonNode map, @Nullable String jinja) {
    SpecialTokens tokens =
        new SpecialTokens(
            token("bos_token", config, map),
            token("eos_token", config, map),
            token("pad_token", config, map),
            token("unk_token", config, map));
    return new TokenizerConfig(
        tokens, jinja == null ? template(config.path("chat_template")) : jinja);
  }

  private static JsonNode optional(Path file) {
    return Files.isRegularFile(file)
        ? JsonLimits.read(file, JsonLimits.CONFIG_BYTES)
        : JsonNodeFactory.instance.objectNode();
  }

  /** A token is written as its text, or as an object with the text as {@code content}. */
  private static @Nullable String token(String field, JsonNode... configs) {
    for (JsonNode config : configs) {
      JsonNode token = config.path(field);
      JsonNode text = token.isObject() ? token.path("content") : token;
      if (text.isTextual()) {
        return text.textValue();
      }
    }
    return null;
  }

  /** One template, or a list of named ones of which {@code default} is for chat. */
  private static @Nullable String template(JsonNode templates) {
    if (templates.isTextual()) {
      return templates.textValue();
    }
    for (JsonNode named : templates) {
      if (named.path("name").asText().equals("default") && named.path("template").isTextual()) {
        return named.path("template").textValue();
      }
    }
    return null;
  }
}
