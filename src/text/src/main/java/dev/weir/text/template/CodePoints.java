package dev.weir.text.template;

import java.util.ArrayList;
import java.util.List;

/** Text counted in code points, as Python counts it, rather than in Java's UTF-16 units. */
final class CodePoints {
  private CodePoints() {}

  static int length(String text) {
    return text.codePointCount(0, text.length());
  }

  private static boolean isPlain(String text) {
    return length(text) == text.length();
  }

  static String at(String text, int index) {
    return Character.toString(text.codePointAt(unit(text, index)));
  }

  /** UTF-16 index of a code point. */
  static int unit(String text, int index) {
    return isPlain(text) ? index : text.offsetByCodePoints(0, index);
  }

  /** Code point index of a UTF-16 index; -1 stays -1. */
  static int index(String text, int unit) {
    return unit < 0 ? -1 : text.codePointCount(0, unit);
  }

  static String substring(String text, int start, int stop) {
    if (isPlain(text)) {
      return text.substring(start, stop);
    }
    int from = text.offsetByCodePoints(0, start);
    return text.substring(from, text.offsetByCodePoints(from, stop - start));
  }

  static List<String> each(String text) {
    List<String> characters = new ArrayList<>();
    text.codePoints().forEach(c -> characters.add(Character.toString(c)));
    return characters;
  }
}
