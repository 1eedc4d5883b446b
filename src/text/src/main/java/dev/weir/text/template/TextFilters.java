package dev.weir.text.template;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Filters that make text. */
final class TextFilters {
  private static final Pattern BEFORE_WORD = Pattern.compile("[-\\s({\\[<]+");
  private static final Pattern WORD = Pattern.compile("\\w+", Pattern.UNICODE_CHARACTER_CLASS);
  private static final int INDENTATION = 4;
  private static final int TRUNCATE_LEEWAY = 5;

  private TextFilters() {}

  static void addTo(Map<String, Filters.Filter> filters) {
    filters.put("upper", text(Letters::upper, "do_upper"));
    filters.put("lower", text(Letters::lower, "do_lower"));
    filters.put("capitalize", text(Letters::capitalize, "do_capitalize"));
    filters.put("title", text(TextFilters::title, "do_title"));
    filters.put("trim", Filters.simple(TextFilters::trim, "do_trim", "value", "chars="));
    filters.put("string", Filters.simple(bound -> string(bound, 0), "soft_str", "object"));
    filters.put(
        "replace", Filters.simple(TextFilters::replace, "do_replace", "s", "old", "new", "count="));
    filters.put(
        "indent",
        Filters.simple(TextFilters::indent, "do_indent", "s", "width=", "first=", "blank="));
    filters.put("center", Filters.simple(TextFilters::center, "do_center", "value", "width="));
    filters.put(
        "truncate",
        Filters.simple(
            TextFilters::truncate, "do_truncate", "s", "length=", "killwords=", "end=", "leeway="));
    filters.put("wordcount", Filters.simple(TextFilters::wordCount, "do_wordcount", "s"));
    filters.put("format", TextFilters::format);
    filters.put(
        "tojson",
        Filters.simple(
            TextFilters::toJson,
            "tojson",
            "x",
            "ensure_ascii=",
            "indent=",
            "separators=",
            "sort_keys="));
    Filters.Filter safe =
        Filters.simple(
            bound -> Markup.safe(bound.rendering(), bound.get(0)), "do_mark_safe", "value");
    Filters.Filter escape =
        Filters.simple(bound -> Markup.escaped(bound.rendering(), bound.get(0)), "escape", "s");
    filters.put("safe", safe);
    filters.put("e", escape);
    filters.put("escape", escape);
    filters.put(
        "forceescape",
        Filters.simple(
            bound ->
                Markup.escaped(
                    bound.rendering(),
                    new Value.Str(PythonText.str(bound.rendering(), bound.get(0)))),
            "do_forceescape",
            "value"));
    filters.put("urlencode", Filters.simple(TextFilters::urlEncode, "do_urlencode", "value"));
  }

  private static Filters.Filter text(UnaryOperator<String> function, String name) {
    return Filters.simple(
        bound -> {
          Value.Str text = string(bound, 0);
          bound.rendering().spendText(3L * text.text().length());
          return new Value.Str(function.apply(text.text()), text.safe());
        },
        name,
        "s");
  }

  private static Value.Str string(Signature.Bound bound, int index) {
    Value value = bound.get(index);
    return value instanceof Value.Str string
        ? string
        : new Value.Str(PythonText.str(bound.rendering(), value));
  }

  private static String title(String text) {
    StringBuilder titled = new StringBuilder(text.length());
    Matcher between = BEFORE_WORD.matcher(text);
    int from = 0;
    while (between.find()) {
      appendTitled(text.substring(from, between.start()), titled);
      titled.append(between.group());
      from = between.end();
    }
    appendTitled(text.substring(from), titled);
    return titled.toString();
  }

  private static void appendTitled(String word, StringBuilder titled) {
    if (!word.isEmpty()) {
      int first = word.offsetByCodePoints(0, 1);
      titled
          .append(Letters.upper(word.substring(0, first)))
          .append(Letters.lower(word.substring(first)));
    }
  }

  private static Value trim(Signature.Bound bound) {
    Value.Str text = string(bound, 0);
    bound.rendering().spendText(text.text().length());
    return new Value.Str(
        StringMethods.strip(text.text(), bound.has(1) ? bound.string(1) : null, true, true),
        text.safe());
  }

  private static Value replace(Signature.Bound bound) {
    int count = bound.has(3) ? bound.integer(3, -1) : -1;
    return new Value.Str(
        StringMethods.replace(
            bound.rendering(), bound.text(0, ""), bound.text(1, ""), bound.text(2, ""), count));
  }

  private static Value indent(Signature.Bound bound) {
    if (!(bound.get(0) instanceof Value.Str text)) {
      Value newline = new Value.Str("\n");
      Arithmetic.addTo(bound.rendering(), bound.get(0), newline);
      throw new ChatTemplateException(
          "'" + TypeNames.of(bound.get(0)) + "' object has no attribute 'splitlines'");
    }
    String indentation =
        bound.find(1) instanceof Value.Str given
            ? given.text()
            : StringMethods.pad(bound.rendering(), "", bound.integer(1, INDENTATION), " ", 1, 0);
    boolean first = bound.flag(2, false);
    boolean blank = bound.flag(3, false);
    List<String> lines = StringSearch.lines(text.text() + "\n", false);
    TextBuilder indented = new TextBuilder(bound.rendering());
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      boolean indents = i == 0 ? first : blank || !line.isEmpty();
      indented.append(i == 0 ? "" : "\n").append(indents ? indentation : "").append(line);
    }
    return new Value.Str(indented.toString(), text.safe());
  }

  private static Value center(Signature.Bound bound) {
    Value.Str text = string(bound, 0);
    return new Value.Str(
        StringMethods.pad(bound.rendering(), text.text(), bound.integer(1, 80), " ", 1, 1),
        text.safe());
  }

  private static Value truncate(Signature.Bound bound) {
    String text = bound.string(0);
    bound.rendering().spendText(text.length());
    int length = bound.integer(1, 255);
    String end = bound.text(3, "...");
    int leeway = bound.has(4) ? bound.integer(4, 0) : TRUNCATE_LEEWAY;
    int kept = length - CodePoints.length(end);
    if (kept < 0) {
      throw new ChatTemplateException(
          "expected length >= " + CodePoints.length(end) + ", got " + length);
    }
    if (leeway < 0) {
      throw new ChatTemplateException("expected leeway >= 0, got " + leeway);
    }
    if (CodePoints.length(text) <= (long) length + leeway) {
      return bound.get(0);
    }
    String head = CodePoints.substring(text, 0, kept);
    int lastWord = bound.flag(2, false) ? -1 : head.lastIndexOf(' ');
    return new Value.Str((lastWord < 0 ? head : head.substring(0, lastWord)) + end);
  }

  private static Value wordCount(Signature.Bound bound) {
    Value.Str text = string(bound, 0);
    bound.rendering().spendText(text.text().length());
    return Value.Int.of(WORD.matcher(text.text()).results().count());
  }

  private static Value format(Evaluator evaluator, Arguments arguments) {
    if (arguments.positional().isEmpty()) {
      throw new ChatTemplateException(
          "do_format() missing 1 required positional argument: 'value'");
    }
    Rendering rendering = evaluator.rendering();
    Value first = arguments.positional().getFirst();
    Arguments rest = arguments.without(1);
    if (!rest.positional().isEmpty() && !rest.named().isEmpty()) {
      throw new ChatTemplateException(
          "can't handle positional and keyword arguments at the same time");
    }
    Value.Str format =
        first instanceof Value.Str string
            ? string
            : new Value.Str(PythonText.str(rendering, first));
    Value values =
        rest.named().isEmpty()
            ? new Value.Tuple(rest.positional())
            : Globals.dict(rendering, new Arguments(List.of(), rest.named()));
    return PercentFormat.format(rendering, format, values);
  }

  private static Value toJson(Signature.Bound bound) {
    JsonText json =
        new JsonText(
            bound.rendering(),
            bound.flag(1, false),
            bound.or(2, Value.None.NONE),
            bound.or(3, Value.None.NONE),
            bound.flag(4, false));
    return new Value.Str(json.write(bound.get(0)));
  }

  private static Value urlEncode(Signature.Bound bound) {
    Value value = bound.get(0);
    if (value instanceof Value.Str || !Iteration.isIterable(value)) {
      return new Value.Str(percentEncoded(PythonText.str(bound.rendering(), value), "/"));
    }
    Value pairs =
        value instanceof Value.Dict dict
            ? new Value.DictView(dict, Value.DictView.Kind.ITEMS)
            : value;
    TextBuilder query = new TextBuilder(bound.rendering());
    var items = Iteration.of(bound.rendering(), pairs);
    for (String separator = ""; items.hasNext(); separator = "&") {
      List<Value> pair = Unpacking.of(bound.rendering(), items.next(), 2);
      query
          .append(separator)
          .append(formEncoded(PythonText.str(bound.rendering(), pair.get(0))))
          .append("=")
          .append(formEncoded(PythonText.str(bound.rendering(), pair.get(1))));
    }
    return new Value.Str(query.toString());
  }

  private static String formEncoded(String text) {
    return percentEncoded(text, "").replace("%20", "+");
  }

  private static String percentEncoded(String text, String alsoKept) {
    StringBuilder encoded = new StringBuilder();
    for (byte unit : text.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (unit & 0xff);
      boolean kept =
          (c < 0x80 && Character.isLetterOrDigit(c))
              || "_.-~".indexOf(c) >= 0
              || alsoKept.indexOf(c) >= 0;
      encoded.append(kept ? String.valueOf(c) : String.format(Locale.ROOT, "%%%02X", (int) c));
    }
    return encoded.toString();
  }
}
