package dev.weir.text.template;

/** What Python takes for whitespace in {@code str.strip}, {@code str.split} and {@code \s}. */
final class Whitespace {
  private Whitespace() {}

  static boolean is(int c) {
    return (c >= '\t' && c <= '\r')
        || (c >= 0x1c && c <= ' ')
        || c == 0x85
        || c == 0xa0
        || (c > 0xff && (Character.isSpaceChar(c)));
  }

  /** First index at or after {@code from} that holds none. */
  static int skip(String text, int from) {
    int at = from;
    while (at < text.length() && is(text.charAt(at))) {
      at++;
    }
    return at;
  }

  static boolean isBlank(String text) {
    return skip(text, 0) == text.length();
  }

  /** Last index at or before {@code to} that has none before it. */
  static int skipBack(String text, int to) {
    int at = to;
    while (at > 0 && is(text.charAt(at - 1))) {
      at--;
    }
    return at;
  }

  static String stripEnd(String text) {
    return text.substring(0, skipBack(text, text.length()));
  }

  static String strip(String text) {
    String left = stripEnd(text);
    return left.substring(skip(left, 0));
  }
}
