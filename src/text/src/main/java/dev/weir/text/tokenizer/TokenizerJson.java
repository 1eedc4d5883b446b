package dev.weir.text.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weir.text.CheckpointException;
import dev.weir.text.Tokenizer;
import dev.weir.text.config.ConfigLimits;
import dev.weir.text.json.JsonLimits;
import dev.weir.text.json.StrictJson;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Opens a {@code tokenizer.json} of the Hugging Face tokenizers library. */
public final class TokenizerJson {
  public static final String FILE_NAME = "tokenizer.json";
  private static final int MAX_BYTES = 128 << 20;

  private TokenizerJson() {}

  /**
   * Reads a file.
   *
   * @throws CheckpointException if it is damaged, or has a model or decoder that is not supported
   */
  public static Tokenizer read(Path file) {
    return open(JsonLimits.bytes(file, MAX_BYTES), file.toString());
  }

  static Tokenizer open(byte[] json, String source) {
    JsonNode root = JsonLimits.parse(json, source);
    Contents contents = parse(root, source);
    return NativeTokenizer.open(
        StrictJson.bytes(root, source), source, contents, NativeTokenizer.Frame.BY_LIBRARY);
  }

  /**
   * What this module reads from a tokenizer.json; the rest is the library's.
   *
   * @param tokens by id; null where an id is free or its token special
   */
  record Contents(List<@Nullable String> tokens, TokenDecoder decoder) {}

  static Contents parse(JsonNode root, String source) {
    JsonNode model = root.path("model");
    List<@Nullable String> tokens = new ArrayList<>();
    // Old files of BPE models leave the type out.
    switch (model.path("type").asText("BPE")) {
      case "BPE" -> byName(model.path("vocab"), tokens, source);
      case "Unigram" -> byPosition(model.path("vocab"), tokens, source);
      default ->
          throw new CheckpointException(
              "%s: the tokenizer model %s is not supported; supported are BPE, Unigram"
                  .formatted(source, model.path("type").asText()));
    }
    JsonNode unknown = model.path("unk_token");
    if (unknown.isTextual() && !model.path("vocab").has(unknown.textValue())) {
      // The library would notice only when it meets a character that it does not know.
      throw new CheckpointException(
          "%s: model.unk_token '%s' is not in the vocabulary"
              .formatted(source, unknown.textValue()));
    }
    for (JsonNode added : root.path("added_tokens")) {
      boolean special = added.path("special").asBoolean();
      put(tokens, added.path("id"), special ? null : text(added.path("content"), source), source);
    }
    return new Contents(tokens, TokenDecoder.of(root.path("decoder"), source));
  }

  private static void byName(JsonNode vocabulary, List<@Nullable String> tokens, String source) {
    if (!vocabulary.isObject()) {
      throw new CheckpointException(source + ": model.vocab must be an object of tokens and ids");
    }
    for (Map.Entry<String, JsonNode> entry : vocabulary.properties()) {
      put(tokens, entry.getValue(), entry.getKey(), source);
    }
  }

  private static void byPosition(
      JsonNode vocabulary, List<@Nullable String> tokens, String source) {
    if (!vocabulary.isArray()) {
      throw new CheckpointException(source + ": model.vocab must be a list of tokens and scores");
    }
    for (JsonNode entry : vocabulary) {
      tokens.add(text(entry.path(0), source));
    }
  }

  private static String text(JsonNode token, String source) {
    if (!token.isTextual()) {
      throw new CheckpointException(
          "%s: a token of the vocabulary is %s, not a string"
              .formatted(source, token.getNodeType()));
    }
    return token.textValue();
  }

  private static void put(
      List<@Nullable String> tokens, JsonNode id, @Nullable String token, String source) {
    // A sparse vocabulary is fine, but its largest id decides what is allocated.
    if (!id.isIntegralNumber()
        || !id.canConvertToInt()
        || id.intValue() < 0
        || id.intValue() >= ConfigLimits.MAX_VOCABULARY) {
      throw new CheckpointException(
          "%s: token '%s' must have an id from 0 to %d"
              .formatted(source, token, ConfigLimits.MAX_VOCABULARY - 1));
    }
    int missing = id.intValue() + 1 - tokens.size();
    if (missing > 0) {
      tokens.addAll(Collections.nCopies(missing, null));
    }
    tokens.set(id.intValue(), token);
  }
}
