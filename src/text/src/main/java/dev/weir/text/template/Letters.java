package dev.weir.text.template;

import java.util.Locale;
import java.util.function.IntPredicate;

/** Upper and lower case, and other kinds of characters. */
final class Letters {
  private Letters() {}

  static String upper(String text) {
    return text.toUpperCase(Locale.ROOT);
  }

  static String lower(String text) {
    return text.toLowerCase(Locale.ROOT);
  }

  static String capitalize(String text) {
    if (text.isEmpty()) {
      return text;
    }
    int first = text.offsetByCodePoints(0, 1);
    return titleCase(text.substring(0, first)) + lower(text.substring(first));
  }

  /** One character, as it begins a title. */
  private static String titleCase(String character) {
    int titled = Character.toTitleCase(character.codePointAt(0));
    String upper = upper(character);
    // ß and its like become two letters, of which one is large
    return upper.length() > character.length()
        ? upper.substring(0, 1) + lower(upper.substring(1))
        : Character.toString(titled);
  }

  /** Every word, that is every run of letters, begins large. */
  static String title(String text) {
    StringBuilder titled = new StringBuilder(text.length());
    boolean inWord = false;
    for (String character : CodePoints.each(text)) {
      titled.append(inWord ? lower(character) : titleCase(character));
      inWord = isCased(character.codePointAt(0));
    }
    return titled.toString();
  }

  static String swapCase(String text) {
    StringBuilder swapped = new StringBuilder(text.length());
    for (String character : CodePoints.each(text)) {
      swapped.append(
          Character.isUpperCase(character.codePointAt(0)) ? lower(character) : upper(character));
    }
    return swapped.toString();
  }

  /** Whether there are characters and all are of a kind. */
  static boolean all(String text, IntPredicate kind) {
    return !text.isEmpty() && text.codePoints().allMatch(kind);
  }

  static boolean isNumeric(int c) {
    int type = Character.getType(c);
    return type == Character.DECIMAL_DIGIT_NUMBER
        || type == Character.LETTER_NUMBER
        || type == Character.OTHER_NUMBER;
  }

  static boolean isIdentifier(String text) {
    return !text.isEmpty()
        && (text.charAt(0) == '_' || Character.isUnicodeIdentifierStart(text.codePointAt(0)))
        && text.codePoints().allMatch(c -> c == '_' || Character.isUnicodeIdentifierPart(c));
  }

  static boolean isLower(String text) {
    return text.codePoints().anyMatch(Character::isLowerCase)
        && text.codePoints().noneMatch(c -> Character.isUpperCase(c) || Character.isTitleCase(c));
  }

  static boolean isUpper(String text) {
    return text.codePoints().anyMatch(Character::isUpperCase)
        && text.codePoints().noneMatch(c -> Character.isLowerCase(c) || Character.isTitleCase(c));
  }

  static boolean isTitle(String text) {
    boolean inWord = false;
    boolean any = false;
    for (String character : CodePoints.each(text)) {
      int c = character.codePointAt(0);
      boolean large = Character.isUpperCase(c) || Character.isTitleCase(c);
      if (large == inWord && isCased(c)) {
        return false;
      }
      inWord = isCased(c);
      any |= inWord;
    }
    return any;
  }

  private static boolean isCased(int c) {
    return Character.isUpperCase(c) || Character.isLowerCase(c) || Character.isTitleCase(c);
  }
}
