package dev.weir.text.json;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weir.text.CheckpointException;
import java.util.Map;

/**
 * JSON for readers that are less patient than Jackson. The tokenizers library ends the process (a
 * panic that cannot unwind) where a part of its file is no JSON by its own reader, so it gets what
 * was understood here, written anew, and not the bytes of a stranger.
 */
public final class StrictJson {
  private static final ObjectMapper WRITER = new ObjectMapper();

  private StrictJson() {}

  /**
   * Writes a tree.
   *
   * @param source what to call it in errors
   * @throws CheckpointException if it holds half a surrogate pair or a number that no double is
   */
  public static byte[] bytes(JsonNode root, String source) {
    check(root, source);
    try {
      return WRITER.writeValueAsBytes(root);
    } catch (JsonProcessingException e) {
      throw new CheckpointException(source + " cannot be written anew: " + e.getMessage(), e);
    }
  }

  private static void check(JsonNode node, String source) {
    switch (node.getNodeType()) {
      case STRING -> checkText(node.textValue(), source);
      case NUMBER -> {
        if (!Double.isFinite(node.doubleValue())) {
          throw new CheckpointException(source + " holds a number beyond the largest double");
        }
      }
      case ARRAY -> node.forEach(element -> check(element, source));
      case OBJECT -> {
        for (Map.Entry<String, JsonNode> field : node.properties()) {
          checkText(field.getKey(), source);
          check(field.getValue(), source);
        }
      }
      case BOOLEAN, NULL, MISSING, BINARY, POJO -> {}
    }
  }

  private static void checkText(String text, String source) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        boolean pair =
            i + 1 < text.length() && Character.isSurrogatePair(text.charAt(i), text.charAt(i + 1));
        if (!pair) {
          throw new CheckpointException(source + " holds half a surrogate pair, which is no text");
        }
        i++;
      }
    }
  }
}
