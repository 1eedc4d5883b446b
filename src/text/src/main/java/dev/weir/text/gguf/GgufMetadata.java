package dev.weir.text.gguf;

import dev.weir.text.CheckpointException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Typed access to a GGUF's metadata; each error names the file and the key. */
final class GgufMetadata {
  private final Map<String, GgufValue> values;
  private final String source;

  GgufMetadata(Map<String, GgufValue> values, String source) {
    this.values = values;
    this.source = source;
  }

  String source() {
    return source;
  }

  boolean has(String key) {
    return values.containsKey(key);
  }

  /**
   * A number of things, 1 to {@code most}. Some are written for each layer; then all must be equal.
   */
  int count(String key, int most) {
    double number =
        switch (values.get(key)) {
          case GgufValue.Whole(long value) -> value;
          case GgufValue.Numbers numbers when numbers.size() > 0 -> same(key, numbers);
          case null, default -> Double.NaN;
        };
    if (!(number >= 1 && number <= most && number == Math.rint(number))) {
      throw bad(key, "a whole number from 1 to " + most);
    }
    return (int) number;
  }

  int count(String key, int most, int fallback) {
    return has(key) ? count(key, most) : fallback;
  }

  private double same(String key, GgufValue.Numbers numbers) {
    for (int i = 1; i < numbers.size(); i++) {
      if (numbers.at(i) != numbers.at(0)) {
        throw bad(key, "the same for every layer");
      }
    }
    return numbers.at(0);
  }

  /** A finite number above 0. */
  double positive(String key) {
    double number =
        switch (values.get(key)) {
          case GgufValue.Whole(long value) -> value;
          case GgufValue.Real(double value) -> value;
          case null, default -> Double.NaN;
        };
    if (!(number > 0 && number < 1e30)) {
      throw bad(key, "a number above 0");
    }
    return number;
  }

  double positive(String key, double fallback) {
    return has(key) ? positive(key) : fallback;
  }

  boolean flag(String key, boolean fallback) {
    return switch (values.get(key)) {
      case null -> fallback;
      case GgufValue.Flag(boolean value) -> value;
      default -> throw bad(key, "true or false");
    };
  }

  @Nullable String text(String key) {
    return switch (values.get(key)) {
      case null -> null;
      case GgufValue.Text(String value) -> value;
      default -> throw bad(key, "a string");
    };
  }

  /** A list of strings; empty where the key is absent. */
  List<String> texts(String key) {
    return switch (values.get(key)) {
      case null -> List.of();
      case GgufValue.Texts(List<String> texts) -> texts;
      // An empty list may be written with any type.
      case GgufValue.Numbers numbers when numbers.size() == 0 -> List.of();
      default -> throw bad(key, "a list of strings");
    };
  }

  /** A list of numbers; null where the key is absent. */
  GgufValue.@Nullable Numbers numbers(String key) {
    return switch (values.get(key)) {
      case null -> null;
      case GgufValue.Numbers numbers -> numbers;
      default -> throw bad(key, "a list of numbers");
    };
  }

  /** A token id below {@code vocabulary}; -1 where the key is absent. */
  int tokenId(String key, int vocabulary) {
    return switch (values.get(key)) {
      case null -> -1;
      // llama.cpp ignores ids beyond the vocabulary too; some files have them for absent tokens.
      case GgufValue.Whole(long value) -> value >= 0 && value < vocabulary ? (int) value : -1;
      default -> throw bad(key, "a token id");
    };
  }

  CheckpointException bad(String key, String expected) {
    GgufValue value = values.get(key);
    return new CheckpointException(
        "%s: %s must be %s, it is %s"
            .formatted(source, key, expected, value == null ? "missing" : value.shown()));
  }

  CheckpointException unsupported(String key, List<String> supported) {
    GgufValue value = values.get(key);
    return new CheckpointException(
        "%s: %s %s is not supported; supported are %s"
            .formatted(
                source,
                key,
                value == null ? "missing" : value.shown(),
                String.join(", ", supported)));
  }
}
