package dev.weir.text.template;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.BiPredicate;

/** Methods of Python's {@code str} that find something in it or cut it in pieces. */
final class StringSearch {
  private StringSearch() {}

  static void addTo(Methods<Value.Str> methods) {
    methods
        .with("find", (self, bound) -> find(self, bound, false), "sub", "start=", "end=")
        .with("rfind", (self, bound) -> find(self, bound, true), "sub", "start=", "end=")
        .with("index", (self, bound) -> index(self, bound, false), "sub", "start=", "end=")
        .with("rindex", (self, bound) -> index(self, bound, true), "sub", "start=", "end=")
        .with("count", StringSearch::count, "sub", "start=", "end=")
        .with(
            "startswith",
            (self, bound) -> matches(self, bound, String::startsWith, "startswith"),
            "prefix",
            "start=",
            "end=")
        .with(
            "endswith",
            (self, bound) -> matches(self, bound, String::endsWith, "endswith"),
            "suffix",
            "start=",
            "end=")
        .with("split", (self, bound) -> split(self, bound, false), "sep=", "maxsplit=")
        .with("rsplit", (self, bound) -> split(self, bound, true), "sep=", "maxsplit=")
        .with("splitlines", StringSearch::splitLines, "keepends=")
        .with("partition", (self, bound) -> partition(self, bound, false), "sep")
        .with("rpartition", (self, bound) -> partition(self, bound, true), "sep");
  }

  /** The part between {@code start} and {@code end}, the second and third parameter. */
  private static Slice part(Value.Str self, Signature.Bound bound) {
    bound.rendering().spendText(self.text().length());
    return Slice.of(
        bound.or(1, Value.None.NONE),
        bound.or(2, Value.None.NONE),
        Value.None.NONE,
        CodePoints.length(self.text()));
  }

  /** Whether {@code start} lies beyond the text: not even the empty text is found there. */
  private static boolean isBeyond(Value.Str self, Signature.Bound bound) {
    return bound.has(1) && bound.integer(1, 0) > CodePoints.length(self.text());
  }

  private static int position(Value.Str self, Signature.Bound bound, boolean last) {
    Slice part = part(self, bound);
    String wanted = bound.string(0);
    if (isBeyond(self, bound)) {
      return -1;
    }
    int start = part.count() == 0 && bound.has(1) ? clampedStart(self, bound) : part.first();
    String text = CodePoints.substring(self.text(), start, start + part.count());
    int at =
        CodePoints.index(
            text,
            last
                ? Find.last(bound.rendering(), text, wanted, text.length())
                : Find.first(bound.rendering(), text, wanted, 0));
    return at < 0 ? -1 : at + start;
  }

  private static int clampedStart(Value.Str self, Signature.Bound bound) {
    int length = CodePoints.length(self.text());
    int start = bound.integer(1, 0);
    return start < 0 ? Math.max(0, start + length) : Math.min(start, length);
  }

  private static Value find(Value.Str self, Signature.Bound bound, boolean last) {
    return Value.Int.of(position(self, bound, last));
  }

  private static Value index(Value.Str self, Signature.Bound bound, boolean last) {
    int position = position(self, bound, last);
    if (position < 0) {
      throw new ChatTemplateException("substring not found");
    }
    return Value.Int.of(position);
  }

  private static Value count(Value.Str self, Signature.Bound bound) {
    Slice part = part(self, bound);
    String text = CodePoints.substring(self.text(), part.first(), part.first() + part.count());
    String wanted = bound.string(0);
    if (wanted.isEmpty()) {
      return Value.Int.of(isBeyond(self, bound) ? 0 : part.count() + 1L);
    }
    int count = 0;
    Rendering rendering = bound.rendering();
    int at = Find.first(rendering, text, wanted, 0);
    while (at >= 0) {
      count++;
      at = Find.first(rendering, text, wanted, at + wanted.length());
    }
    return Value.Int.of(count);
  }

  private static Value matches(
      Value.Str self, Signature.Bound bound, BiPredicate<String, String> test, String method) {
    Slice part = part(self, bound);
    String text = CodePoints.substring(self.text(), part.first(), part.first() + part.count());
    boolean beyond = isBeyond(self, bound);
    return switch (bound.get(0)) {
      case Value.Str wanted -> Value.Bool.of(!beyond && test.test(text, wanted.text()));
      case Value.Tuple wanted ->
          Value.Bool.of(
              !beyond
                  && wanted.items().stream()
                      .anyMatch(
                          each -> each instanceof Value.Str one && test.test(text, one.text())));
      default ->
          throw new ChatTemplateException(
              "%s first arg must be str or a tuple of str, not %s"
                  .formatted(method, TypeNames.of(bound.get(0))));
    };
  }

  private static Value split(Value.Str self, Signature.Bound bound, boolean fromEnd) {
    bound.rendering().spendText(self.text().length());
    int limit = bound.integer(1, -1);
    int most = limit < 0 ? Integer.MAX_VALUE : limit;
    List<String> pieces;
    if (bound.has(0)) {
      String separator = bound.string(0, "must be str or None, not %s");
      if (separator.isEmpty()) {
        throw new ChatTemplateException("empty separator");
      }
      pieces =
          fromEnd
              ? splitFromEnd(bound.rendering(), self.text(), separator, most)
              : split(bound.rendering(), self.text(), separator, most);
    } else {
      pieces = fromEnd ? wordsFromEnd(self.text(), most) : words(self.text(), most);
    }
    return strings(bound.rendering(), pieces, self.safe());
  }

  private static Value strings(Rendering rendering, List<String> pieces, boolean safe) {
    rendering.spendItems(pieces.size());
    List<Value> values = new ArrayList<>(pieces.size());
    pieces.forEach(piece -> values.add(new Value.Str(piece, safe)));
    return new Value.ListValue(values);
  }

  private static List<String> split(Rendering rendering, String text, String separator, int most) {
    List<String> pieces = new ArrayList<>();
    int from = 0;
    while (pieces.size() < most) {
      int at = Find.first(rendering, text, separator, from);
      if (at < 0) {
        break;
      }
      pieces.add(text.substring(from, at));
      from = at + separator.length();
    }
    pieces.add(text.substring(from));
    return pieces;
  }

  private static List<String> splitFromEnd(
      Rendering rendering, String text, String separator, int most) {
    List<String> pieces = new ArrayList<>();
    int to = text.length();
    while (pieces.size() < most) {
      int at = Find.last(rendering, text, separator, to - separator.length());
      if (at < 0) {
        break;
      }
      pieces.add(text.substring(at + separator.length(), to));
      to = at;
    }
    pieces.add(text.substring(0, to));
    Collections.reverse(pieces);
    return pieces;
  }

  private static List<String> words(String text, int most) {
    List<String> words = new ArrayList<>();
    int from = Whitespace.skip(text, 0);
    while (from < text.length() && words.size() < most) {
      int to = from;
      while (to < text.length() && !Whitespace.is(text.charAt(to))) {
        to++;
      }
      words.add(text.substring(from, to));
      from = Whitespace.skip(text, to);
    }
    if (from < text.length()) {
      words.add(text.substring(from)); // unlike the others with the blanks after it
    }
    return words;
  }

  private static List<String> wordsFromEnd(String text, int most) {
    List<String> words = new ArrayList<>();
    int to = Whitespace.skipBack(text, text.length());
    while (to > 0 && words.size() < most) {
      int from = to;
      while (from > 0 && !Whitespace.is(text.charAt(from - 1))) {
        from--;
      }
      words.add(text.substring(from, to));
      to = Whitespace.skipBack(text, from);
    }
    if (to > 0) {
      words.add(text.substring(0, to));
    }
    Collections.reverse(words);
    return words;
  }

  private static Value splitLines(Value.Str self, Signature.Bound bound) {
    bound.rendering().spendText(self.text().length());
    return strings(bound.rendering(), lines(self.text(), bound.flag(0, false)), self.safe());
  }

  /** {@code str.splitlines}: by more line ends than Java's {@code lines}. */
  static List<String> lines(String text, boolean keepEnds) {
    List<String> lines = new ArrayList<>();
    int from = 0;
    for (int at = 0; at < text.length(); at++) {
      if (isLineEnd(text.charAt(at))) {
        int end = text.startsWith("\r\n", at) ? at + 2 : at + 1;
        lines.add(text.substring(from, keepEnds ? end : at));
        from = end;
        at = end - 1;
      }
    }
    if (from < text.length()) {
      lines.add(text.substring(from));
    }
    return lines;
  }

  private static boolean isLineEnd(char c) {
    return switch (c) {
      case '\n', '\r', 0x0b, '\f', 0x1c, 0x1d, 0x1e, 0x85, 0x2028, 0x2029 -> true;
      default -> false;
    };
  }

  private static Value partition(Value.Str self, Signature.Bound bound, boolean last) {
    String separator = bound.string(0);
    if (separator.isEmpty()) {
      throw new ChatTemplateException("empty separator");
    }
    String text = self.text();
    bound.rendering().spendText(text.length());
    int at =
        last
            ? Find.last(bound.rendering(), text, separator, text.length())
            : Find.first(bound.rendering(), text, separator, 0);
    if (at < 0) {
      return last
          ? Value.Tuple.of(Value.Str.EMPTY, Value.Str.EMPTY, self)
          : Value.Tuple.of(self, Value.Str.EMPTY, Value.Str.EMPTY);
    }
    return Value.Tuple.of(
        new Value.Str(text.substring(0, at), self.safe()),
        new Value.Str(separator, self.safe()),
        new Value.Str(text.substring(at + separator.length()), self.safe()));
  }
}
