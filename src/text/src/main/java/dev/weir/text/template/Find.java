package dev.weir.text.template;

/**
 * Finding a text in another, in a time that grows with the length of both and not with its product.
 */
final class Find {
  // Java's own search compares at most this many characters at each place.
  private static final int SHORT = 32;

  private Find() {}

  /** First index at or after {@code from}, or -1. */
  static int first(Rendering rendering, String text, String wanted, int from) {
    int at = wanted.length() <= SHORT ? text.indexOf(wanted, from) : prefixes(text, wanted, from);
    spend(rendering, (at < 0 ? text.length() : at) - from, wanted);
    return at;
  }

  /** Last index at or before {@code from}, or -1. */
  static int last(Rendering rendering, String text, String wanted, int from) {
    int at;
    if (from < 0) {
      at = -1;
    } else if (wanted.length() <= SHORT) {
      at = text.lastIndexOf(wanted, from);
    } else {
      String head = text.substring(0, Math.min(text.length(), from + wanted.length()));
      int fromEnd = prefixes(reversed(head), reversed(wanted), 0);
      at = fromEnd < 0 ? -1 : head.length() - fromEnd - wanted.length();
    }
    spend(rendering, Math.min(from, text.length()) - Math.max(at, 0), wanted);
    return at;
  }

  private static void spend(Rendering rendering, int passed, String wanted) {
    rendering.spend(
        1 + (long) Math.max(0, passed) * Math.min(wanted.length(), SHORT) / (4 * SHORT));
    rendering.spendText(wanted.length());
  }

  private static String reversed(String text) {
    char[] reversed = new char[text.length()];
    for (int i = 0; i < reversed.length; i++) {
      reversed[i] = text.charAt(reversed.length - 1 - i);
    }
    return new String(reversed);
  }

  /** Knuth, Morris and Pratt, "Fast pattern matching in strings" (1977). */
  private static int prefixes(String text, String wanted, int from) {
    if (wanted.length() > text.length() - from) {
      return -1;
    }
    int[] border = new int[wanted.length()]; // of each prefix, the longest that also ends it
    for (int i = 1, length = 0; i < border.length; i++) {
      while (length > 0 && wanted.charAt(i) != wanted.charAt(length)) {
        length = border[length - 1];
      }
      if (wanted.charAt(i) == wanted.charAt(length)) {
        length++;
      }
      border[i] = length;
    }
    for (int i = from, matched = 0; i < text.length(); i++) {
      while (matched > 0 && text.charAt(i) != wanted.charAt(matched)) {
        matched = border[matched - 1];
      }
      if (text.charAt(i) == wanted.charAt(matched)) {
        matched++;
      }
      if (matched == wanted.length()) {
        return i - matched + 1;
      }
    }
    return -1;
  }
}
