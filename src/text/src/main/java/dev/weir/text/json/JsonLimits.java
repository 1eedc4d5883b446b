package dev.weir.text.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weir.text.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads JSON of a checkpoint; refuses what is too large or nested too deep. */
public final class JsonLimits {
  private static final int MAX_NESTING = 64;
  private static final int MAX_STRING = 16 << 20;

  /** For configs: a few kilobytes in truth; chat templates and label lists stretch it. */
  public static final int CONFIG_BYTES = 16 << 20;

  private static final StreamReadConstraints CONSTRAINTS =
      StreamReadConstraints.builder()
          .maxNestingDepth(MAX_NESTING)
          .maxStringLength(MAX_STRING)
          .maxNumberLength(64)
          .build();

  // Python writes NaN and Infinity into configs.
  private static final ObjectMapper LENIENT =
      new ObjectMapper(
          JsonFactory.builder()
              .streamReadConstraints(CONSTRAINTS)
              .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
              .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
              .build());

  /** For headers that a standard defines: one key, one value. */
  private static final JsonFactory STRICT =
      JsonFactory.builder()
          .streamReadConstraints(CONSTRAINTS)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
          .build();

  private JsonLimits() {}

  /** A factory whose parsers also refuse duplicate keys. */
  public static JsonFactory strict() {
    return STRICT;
  }

  /**
   * Reads a file.
   *
   * @throws CheckpointException if it cannot be read, is larger than {@code maxBytes}, or is no
   *     JSON object
   */
  public static JsonNode read(Path file, int maxBytes) {
    return parse(bytes(file, maxBytes), file.toString());
  }

  /** The bytes of a file, at most {@code maxBytes}. */
  public static byte[] bytes(Path file, int maxBytes) {
    try {
      long size = Files.size(file);
      if (size > maxBytes) {
        throw new CheckpointException(
            "%s has %d bytes; at most %d are read".formatted(file, size, maxBytes));
      }
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new CheckpointException("cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  /**
   * Parses an object.
   *
   * @param source what to call it in errors
   */
  public static JsonNode parse(byte[] json, String source) {
    JsonNode node;
    try {
      node = LENIENT.readTree(json);
    } catch (JsonProcessingException e) {
      throw new CheckpointException(
          "%s is not valid JSON: %s".formatted(source, e.getOriginalMessage()), e);
    } catch (IOException e) {
      throw new CheckpointException("%s cannot be read: %s".formatted(source, e.getMessage()), e);
    }
    if (!node.isObject()) {
      throw new CheckpointException(source + " is not a JSON object");
    }
    return node;
  }
}
