package dev.weir.text.template;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code format % values}, as C's printf. */
final class PercentFormat {
  private static final Pattern CONVERSION =
      Pattern.compile(
          "%(?:\\((?<key>[^)]*)\\))?(?<flags>[-#0 +]{0,5})(?<width>\\*|\\d{1,9})?"
              + "(?:\\.(?<precision>\\*|\\d{0,9}))?(?<type>.)?",
          Pattern.DOTALL);

  private static final String KNOWN_TYPES = "srcadiuxXoeEfFgG";

  private final Rendering rendering;
  private final Value values;
  private int next;

  private PercentFormat(Rendering rendering, Value values) {
    this.rendering = rendering;
    this.values = values;
  }

  static Value format(Rendering rendering, Value.Str format, Value values) {
    String text = new PercentFormat(rendering, values).format(format.text());
    return new Value.Str(text, format.safe());
  }

  private String format(String format) {
    rendering.spendText(format.length());
    TextBuilder text = new TextBuilder(rendering);
    Matcher conversion = CONVERSION.matcher(format);
    int from = 0;
    while (conversion.find()) {
      text.append(format.substring(from, conversion.start()));
      text.append(convert(conversion));
      from = conversion.end();
    }
    text.append(format.substring(from));
    boolean unused =
        values instanceof Value.Tuple tuple
            ? next < tuple.items().size()
            : next == 0 && !takesAnything(values);
    if (unused) {
      throw new ChatTemplateException("not all arguments converted during string formatting");
    }
    return text.toString();
  }

  /** Values that may be left unused. */
  private static boolean takesAnything(Value value) {
    return value instanceof Value.Dict || value instanceof Value.ListValue;
  }

  private String convert(Matcher conversion) {
    String type = conversion.group("type");
    if (type == null) {
      throw new ChatTemplateException("incomplete format");
    }
    if (type.equals("%")) {
      return "%";
    }
    String flags = conversion.group("flags");
    String width = conversion.group("width");
    int columns = width == null ? 0 : width.equals("*") ? star() : Integer.parseInt(width);
    String precision = conversion.group("precision");
    int digits = precision == null ? -1 : precision(precision);
    boolean left = flags.contains("-") || columns < 0;
    boolean zero = flags.contains("0") && !left;
    FormatSpec spec =
        new FormatSpec(
            zero ? "0" : " ",
            left ? '<' : zero ? '=' : '>',
            flags.contains("+") ? '+' : flags.contains(" ") ? ' ' : '-',
            flags.contains("#"),
            Math.abs(columns),
            (char) 0,
            digits,
            type.charAt(0));
    String key = conversion.group("key");
    Value value = key == null ? value() : keyed(key);
    if (KNOWN_TYPES.indexOf(spec.type()) < 0) {
      throw new ChatTemplateException(
          "unsupported format character '%s' (0x%x) at index %d"
              .formatted(type, (int) spec.type(), conversion.end() - 1));
    }
    return converted(spec, value);
  }

  private int precision(String precision) {
    return precision.isEmpty() ? 0 : precision.equals("*") ? star() : Integer.parseInt(precision);
  }

  private int star() {
    if (value() instanceof Value.Int number) {
      return Numbers.clamp(number.value());
    }
    throw new ChatTemplateException("* wants int");
  }

  private Value value() {
    List<Value> all = values instanceof Value.Tuple tuple ? tuple.items() : List.of(values);
    if (next >= all.size()) {
      throw new ChatTemplateException("not enough arguments for format string");
    }
    return all.get(next++);
  }

  private Value keyed(String key) {
    if (!(values instanceof Value.Dict dict)) {
      throw new ChatTemplateException("format requires a mapping");
    }
    Value value = dict.entries().get(new Value.Str(key));
    if (value == null) {
      throw new ChatTemplateException(PythonText.quoted(key));
    }
    return value;
  }

  private String converted(FormatSpec spec, Value value) {
    FormatSpec asText =
        new FormatSpec(
            " ", spec.align(), '-', false, spec.width(), (char) 0, spec.precision(), 's');
    return switch (spec.type()) {
      case 's' -> asText.text(rendering, PythonText.str(rendering, value));
      case 'r', 'a' -> asText.text(rendering, PythonText.repr(rendering, value));
      case 'c' ->
          value instanceof Value.Str character && CodePoints.length(character.text()) == 1
              ? asText.text(rendering, character.text())
              : spec.format(rendering, number(spec, value));
      case 'd', 'i', 'u', 'x', 'X', 'o' -> integer(spec, value);
      case 'e', 'E', 'f', 'F', 'g', 'G' ->
          spec.format(rendering, new Value.Float(Numbers.real(number(spec, value))));
      default -> throw new AssertionError("unknown type " + spec.type());
    };
  }

  private String integer(FormatSpec spec, Value value) {
    Value.Numeric number = number(spec, value);
    if (number instanceof Value.Float && "xXo".indexOf(spec.type()) >= 0) {
      throw new ChatTemplateException(
          "%%%c format: an integer is required, not float".formatted(spec.type()));
    }
    Value.Int whole =
        number instanceof Value.Float real
            ? new Value.Int(Numbers.truncate(real.value()))
            : new Value.Int(Value.Numeric.integer(number));
    char type = spec.type() == 'i' || spec.type() == 'u' ? 'd' : spec.type();
    FormatSpec decimal =
        new FormatSpec(
            spec.fill(),
            spec.align(),
            spec.sign(),
            spec.alternate(),
            spec.width(),
            (char) 0,
            -1,
            type);
    return decimal.format(rendering, whole);
  }

  private static Value.Numeric number(FormatSpec spec, Value value) {
    if (value instanceof Value.Numeric number) {
      return number;
    }
    if (value instanceof Undefined undefined) {
      throw undefined.error();
    }
    boolean decimal = "diu".indexOf(spec.type()) >= 0;
    throw new ChatTemplateException(
        "eEfFgG".indexOf(spec.type()) >= 0
            ? "must be real number, not " + TypeNames.of(value)
            : "%%%c format: %s is required, not %s"
                .formatted(
                    spec.type(), decimal ? "a real number" : "an integer", TypeNames.of(value)));
  }
}
