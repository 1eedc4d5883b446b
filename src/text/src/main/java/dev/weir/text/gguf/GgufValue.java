package dev.weir.text.gguf;

import java.lang.foreign.MemorySegment;
import java.util.List;

/** A value of a GGUF's metadata. */
sealed interface GgufValue {

  record Whole(long value) implements GgufValue {}

  record Real(double value) implements GgufValue {}

  record Flag(boolean value) implements GgufValue {}

  record Text(String value) implements GgufValue {}

  record Texts(List<String> values) implements GgufValue {}

  /**
   * An array of numbers, left in the file until somebody asks.
   *
   * @param stored [size * bytes of the type]
   */
  record Numbers(MemorySegment stored, GgufValueType type) implements GgufValue {
    int size() {
      return (int) (stored.byteSize() / type.leastBytes());
    }

    double at(int index) {
      return type.real(stored, (long) index * type.leastBytes());
    }
  }

  /** The value as an error shows it. */
  default String shown() {
    return switch (this) {
      case Whole(long value) -> Long.toString(value);
      case Real(double value) -> Double.toString(value);
      case Flag(boolean value) -> Boolean.toString(value);
      case Text(String value) -> value.length() > 100 ? value.substring(0, 100) + "…" : value;
      case Texts(List<String> values) -> "a list of " + values.size() + " strings";
      case Numbers numbers -> "a list of " + numbers.size() + " numbers";
    };
  }
}
