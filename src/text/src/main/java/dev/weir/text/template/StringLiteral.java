package dev.weir.text.template;

/** Escapes of a string literal, those of Python. */
final class StringLiteral {
  private StringLiteral() {}

  /**
   * What a literal's inside stands for. An unknown escape stays as it is written.
   *
   * @param line for the error of a broken escape
   */
  static String unescape(String inside, int line) {
    if (inside.indexOf('\\') < 0) {
      return inside;
    }
    StringBuilder text = new StringBuilder(inside.length());
    int at = 0;
    while (at < inside.length()) {
      char c = inside.charAt(at);
      if (c != '\\' || at + 1 == inside.length()) {
        text.append(c);
        at++;
        continue;
      }
      char kind = inside.charAt(at + 1);
      at += 2;
      switch (kind) {
        case '\n' -> {} // a line continued
        case '\\', '\'', '"' -> text.append(kind);
        case 'a' -> text.append('\u0007');
        case 'b' -> text.append('\b');
        case 'f' -> text.append('\f');
        case 'n' -> text.append('\n');
        case 'r' -> text.append('\r');
        case 't' -> text.append('\t');
        case 'v' -> text.append('\u000b');
        case 'x' -> at = hex(inside, at, 2, "\\xXX", text, line);
        case 'u' -> at = hex(inside, at, 4, "\\uXXXX", text, line);
        case 'U' -> at = hex(inside, at, 8, "\\UXXXXXXXX", text, line);
        case 'N' -> at = named(inside, at, text, line);
        case '0', '1', '2', '3', '4', '5', '6', '7' -> at = octal(inside, at - 1, text);
        default -> text.append('\\').append(kind);
      }
    }
    return text.toString();
  }

  private static int hex(
      String inside, int from, int digits, String form, StringBuilder text, int line) {
    int end = from + digits;
    boolean whole =
        end <= inside.length()
            && inside.substring(from, end).chars().allMatch(c -> Character.digit(c, 16) >= 0);
    if (!whole) {
      throw ChatTemplateException.syntax("truncated " + form + " escape", line);
    }
    long codePoint = Long.parseLong(inside.substring(from, end), 16);
    if (codePoint > Character.MAX_CODE_POINT) {
      throw ChatTemplateException.syntax("illegal Unicode character", line);
    }
    text.appendCodePoint((int) codePoint);
    return end;
  }

  private static int octal(String inside, int from, StringBuilder text) {
    int end = from;
    int value = 0;
    while (end < inside.length() && end < from + 3 && Character.digit(inside.charAt(end), 8) >= 0) {
      value = value * 8 + Character.digit(inside.charAt(end), 8);
      end++;
    }
    text.append((char) value);
    return end;
  }

  private static int named(String inside, int from, StringBuilder text, int line) {
    int close = inside.indexOf('}', from);
    if (!inside.startsWith("{", from) || close < 0) {
      throw ChatTemplateException.syntax("malformed \\N character escape", line);
    }
    try {
      text.appendCodePoint(Character.codePointOf(inside.substring(from + 1, close)));
    } catch (IllegalArgumentException unknown) {
      throw ChatTemplateException.syntax("unknown Unicode character name", line);
    }
    return close + 1;
  }
}
