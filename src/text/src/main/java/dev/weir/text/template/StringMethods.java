package dev.weir.text.template;

import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Methods of Python's {@code str}; those that find and cut are in {@link StringSearch}. */
final class StringMethods {
  private static final Methods<Value.Str> METHODS = new Methods<>("str");

  static {
    text("upper", Letters::upper);
    text("lower", Letters::lower);
    text("casefold", Letters::lower);
    text("capitalize", Letters::capitalize);
    text("title", Letters::title);
    text("swapcase", Letters::swapCase);
    test("isalnum", text -> Letters.all(text, Character::isLetterOrDigit));
    test("isalpha", text -> Letters.all(text, Character::isLetter));
    test("isascii", text -> text.chars().allMatch(c -> c < 0x80));
    test("isdigit", text -> Letters.all(text, Character::isDigit));
    test("isdecimal", text -> Letters.all(text, Character::isDigit));
    test("isnumeric", text -> Letters.all(text, Letters::isNumeric));
    test("isidentifier", Letters::isIdentifier);
    test("isspace", text -> Letters.all(text, Whitespace::is));
    test("isprintable", text -> text.codePoints().allMatch(PythonText::isPrintable));
    test("islower", Letters::isLower);
    test("isupper", Letters::isUpper);
    test("istitle", text -> Letters.isTitle(text));
    METHODS
        .with("strip", (self, bound) -> strip(self, bound, true, true), "chars=")
        .with("lstrip", (self, bound) -> strip(self, bound, true, false), "chars=")
        .with("rstrip", (self, bound) -> strip(self, bound, false, true), "chars=")
        .with("removeprefix", (self, bound) -> removePrefix(self, bound), "prefix")
        .with("removesuffix", (self, bound) -> removeSuffix(self, bound), "suffix")
        .with("replace", StringMethods::replace, "old", "new", "count=")
        .with("join", StringMethods::join, "iterable")
        .with("ljust", (self, bound) -> justify(self, bound, 0, 1), "width", "fillchar=")
        .with("rjust", (self, bound) -> justify(self, bound, 1, 0), "width", "fillchar=")
        .with("center", (self, bound) -> justify(self, bound, 1, 1), "width", "fillchar=")
        .with("zfill", StringMethods::zeroFill, "width")
        .with("expandtabs", StringMethods::expandTabs, "tabsize=");
    StringSearch.addTo(METHODS);
  }

  private StringMethods() {}

  static @Nullable Value find(Value.Str string, String name) {
    return switch (name) {
      case "format" ->
          Value.Builtin.method(
              name, (rendering, arguments) -> BraceFormat.format(rendering, string, arguments));
      case "format_map" ->
          Value.Builtin.method(
              name,
              (rendering, arguments) ->
                  BraceFormat.formatMap(rendering, string, arguments.positional()));
      default -> METHODS.find(string, name);
    };
  }

  private static void text(String name, UnaryOperator<String> function) {
    METHODS.with(
        name,
        (self, bound) -> {
          bound.rendering().spendText(3L * self.text().length());
          return new Value.Str(function.apply(self.text()), self.safe());
        });
  }

  private static void test(String name, Predicate<String> predicate) {
    METHODS.with(
        name,
        (self, bound) -> {
          bound.rendering().spendText(self.text().length());
          return Value.Bool.of(predicate.test(self.text()));
        });
  }

  private static Value strip(Value.Str self, Signature.Bound bound, boolean start, boolean end) {
    bound.rendering().spendText(self.text().length());
    return new Value.Str(
        strip(
            self.text(),
            bound.has(0) ? bound.string(0, "strip arg must be None or str") : null,
            start,
            end),
        self.safe());
  }

  /**
   * @param characters to strip; whitespace where it is null
   */
  static String strip(String text, @Nullable String characters, boolean start, boolean end) {
    Predicate<Integer> stripped =
        characters == null ? Whitespace::is : c -> characters.indexOf(c) >= 0;
    int to = text.length();
    while (end && to > 0 && stripped.test(text.codePointBefore(to))) {
      to -= Character.charCount(text.codePointBefore(to));
    }
    int from = 0;
    while (start && from < to && stripped.test(text.codePointAt(from))) {
      from += Character.charCount(text.codePointAt(from));
    }
    return text.substring(from, to);
  }

  private static Value removePrefix(Value.Str self, Signature.Bound bound) {
    String prefix = bound.string(0);
    return self.text().startsWith(prefix)
        ? new Value.Str(self.text().substring(prefix.length()), self.safe())
        : self;
  }

  private static Value removeSuffix(Value.Str self, Signature.Bound bound) {
    String suffix = bound.string(0);
    return self.text().endsWith(suffix)
        ? new Value.Str(
            self.text().substring(0, self.text().length() - suffix.length()), self.safe())
        : self;
  }

  private static Value replace(Value.Str self, Signature.Bound bound) {
    String replacement = bound.string(1);
    boolean escapes = self.safe() && !((Value.Str) bound.get(1)).safe();
    return new Value.Str(
        replace(
            bound.rendering(),
            self.text(),
            bound.string(0),
            escapes ? Markup.escape(replacement) : replacement,
            bound.integer(2, -1)),
        self.safe());
  }

  /**
   * @param count of replacements at most; all of them where it is negative
   */
  static String replace(
      Rendering rendering, String text, String old, String replacement, int count) {
    rendering.spendText(text.length());
    TextBuilder replaced = new TextBuilder(rendering);
    int from = 0;
    int done = 0;
    while (count < 0 || done < count) {
      // an empty text is found before each code point and at the end
      int at =
          old.isEmpty() ? emptyMatch(text, from, done) : Find.first(rendering, text, old, from);
      if (at < 0) {
        break;
      }
      replaced.append(text.substring(from, at)).append(replacement);
      from = at + old.length();
      done++;
    }
    return replaced.append(text.substring(from)).toString();
  }

  private static int emptyMatch(String text, int from, int done) {
    if (done == 0) {
      return 0;
    }
    return from == text.length() ? -1 : from + Character.charCount(text.codePointAt(from));
  }

  private static Value join(Value.Str self, Signature.Bound bound) {
    if (!Iteration.isIterable(bound.get(0))) {
      throw new ChatTemplateException("can only join an iterable");
    }
    TextBuilder joined = new TextBuilder(bound.rendering());
    int index = 0;
    var items = Iteration.of(bound.rendering(), bound.get(0));
    while (items.hasNext()) {
      Value item = items.next();
      if (!(item instanceof Value.Str part)) {
        throw new ChatTemplateException(
            "sequence item %d: expected str instance, %s found"
                .formatted(index, TypeNames.of(item)));
      }
      if (index++ > 0) {
        joined.append(self.text());
      }
      joined.append(self.safe() && !part.safe() ? Markup.escape(part.text()) : part.text());
    }
    return new Value.Str(joined.toString(), self.safe());
  }

  private static Value justify(Value.Str self, Signature.Bound bound, int left, int right) {
    String fill = bound.find(1) == null ? " " : bound.string(1);
    if (CodePoints.length(fill) != 1) {
      throw new ChatTemplateException("The fill character must be exactly one character long");
    }
    int width = bound.integer(0, 0);
    return new Value.Str(
        pad(bound.rendering(), self.text(), width, fill, left, right), self.safe());
  }

  /**
   * Fills a text up to a width.
   *
   * @param left 1 to fill on the left, else 0
   * @param right 1 to fill on the right, else 0
   */
  static String pad(Rendering rendering, String text, int width, String fill, int left, int right) {
    int missing = Math.max(0, width - CodePoints.length(text));
    rendering.spendText((long) text.length() + (long) missing * fill.length());
    // centred, the odd one goes to the left where the width is odd: so does Python
    int before = right == 0 ? missing : left * (missing / 2 + (missing & width & 1));
    return fill.repeat(before) + text + fill.repeat(missing - before);
  }

  private static Value zeroFill(Value.Str self, Signature.Bound bound) {
    String text = self.text();
    boolean signed = text.startsWith("-") || text.startsWith("+");
    String sign = signed ? text.substring(0, 1) : "";
    int width = bound.integer(0, 0) - sign.length();
    return new Value.Str(
        sign + pad(bound.rendering(), text.substring(sign.length()), width, "0", 1, 0),
        self.safe());
  }

  private static Value expandTabs(Value.Str self, Signature.Bound bound) {
    int size = bound.integer(0, 8);
    TextBuilder text = new TextBuilder(bound.rendering());
    int column = 0;
    for (String character : CodePoints.each(self.text())) {
      if (character.equals("\t")) {
        int blanks = size <= 0 ? 0 : size - column % size;
        text.append(pad(bound.rendering(), "", blanks, " ", 1, 0));
        column += blanks;
      } else {
        text.append(character);
        column = character.equals("\n") || character.equals("\r") ? 0 : column + 1;
      }
    }
    return new Value.Str(text.toString(), self.safe());
  }
}
