package dev.weir.text.json;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weir.text.CheckpointException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Typed reading of a JSON object's fields; each error names the file and the field. A field that is
 * null counts as absent, as in transformers.
 *
 * @param source what the object is called in errors
 */
public record Fields(JsonNode node, String source) {

  /** Whether the field is there and not null. */
  public boolean has(String field) {
    return node.hasNonNull(field);
  }

  /** A number of things: 1 to {@code most}. */
  public int count(String field, int most) {
    JsonNode value = node.path(field);
    // 1e9 written as a float is a count too, as long as it is whole.
    if (!value.isNumber() || value.doubleValue() != Math.rint(value.doubleValue())) {
      throw bad(field, "a whole number from 1 to " + most);
    }
    double number = value.doubleValue();
    if (number < 1 || number > most) {
      throw bad(field, "a whole number from 1 to " + most);
    }
    return (int) number;
  }

  public int count(String field, int most, int fallback) {
    return has(field) ? count(field, most) : fallback;
  }

  /** A finite number above 0. */
  public double positive(String field) {
    JsonNode value = node.path(field);
    double number = value.doubleValue();
    if (!value.isNumber() || !(number > 0) || number > 1e30) {
      throw bad(field, "a number above 0");
    }
    return number;
  }

  public double positive(String field, double fallback) {
    return has(field) ? positive(field) : fallback;
  }

  /** A list of finite numbers above 0, of the given length. */
  public List<Double> positives(String field, int length) {
    JsonNode value = node.path(field);
    if (!value.isArray() || value.size() != length) {
      throw bad(field, "a list of " + length + " numbers");
    }
    List<Double> numbers = new ArrayList<>(length);
    for (JsonNode element : value) {
      double number = element.doubleValue();
      if (!element.isNumber() || !(number > 0) || number > 1e30) {
        throw bad(field, "a list of " + length + " numbers above 0");
      }
      numbers.add(number);
    }
    return numbers;
  }

  public boolean flag(String field, boolean fallback) {
    if (!has(field)) {
      return fallback;
    }
    JsonNode value = node.path(field);
    if (!value.isBoolean()) {
      throw bad(field, "true or false");
    }
    return value.booleanValue();
  }

  public String text(String field, String fallback) {
    if (!has(field)) {
      return fallback;
    }
    JsonNode value = node.path(field);
    if (!value.isTextual()) {
      throw bad(field, "a string");
    }
    return value.textValue();
  }

  /** The object in a field; null where it is absent. */
  public @Nullable Fields object(String field) {
    if (!has(field)) {
      return null;
    }
    if (!node.path(field).isObject()) {
      throw bad(field, "an object");
    }
    return new Fields(node.path(field), source + ", " + field);
  }

  /** One id or a list of them, as eos_token_id is written; empty where it is absent. */
  public List<Integer> ids(String field) {
    if (!has(field)) {
      return List.of();
    }
    JsonNode value = node.path(field);
    List<Integer> ids = new ArrayList<>();
    for (JsonNode id : value.isArray() ? value : List.of(value)) {
      if (!id.canConvertToInt() || !id.isIntegralNumber() || id.intValue() < 0) {
        throw bad(field, "a token id or a list of them");
      }
      ids.add(id.intValue());
    }
    return ids;
  }

  /** An error about this field that says what was expected and what is there. */
  public CheckpointException bad(String field, String expected) {
    String found = node.has(field) ? shortened(node.path(field).toString()) : "missing";
    return new CheckpointException(
        "%s: %s must be %s, it is %s".formatted(source, field, expected, found));
  }

  /** An error for a choice that is not supported. */
  public CheckpointException unsupported(String field, Collection<String> supported) {
    String found = node.has(field) ? shortened(node.path(field).toString()) : "missing";
    return new CheckpointException(
        "%s: %s %s is not supported; supported are %s"
            .formatted(source, field, found, String.join(", ", supported)));
  }

  private static String shortened(String text) {
    return text.length() <= 100 ? text : text.substring(0, 100) + "…";
  }
}
