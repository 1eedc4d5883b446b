package dev.weir.text.template;

import java.util.Iterator;
import java.util.Locale;
import java.util.Map;

/** Values as Python's {@code str} and {@code repr} write them. */
final class PythonText {
  private PythonText() {}

  /** {@code str(value)}: what printing a value gives. */
  static String str(Rendering rendering, Value value) {
    return switch (value) {
      case Value.Str string -> string.text();
      case Undefined _ -> "";
      default -> repr(rendering, value);
    };
  }

  static String repr(Rendering rendering, Value value) {
    TextBuilder text = new TextBuilder(rendering);
    repr(rendering, value, text);
    return text.toString();
  }

  private static void repr(Rendering rendering, Value value, TextBuilder text) {
    rendering.enter();
    switch (value) {
      case Value.None _ -> text.append("None");
      case Value.Bool bool -> text.append(bool.value() ? "True" : "False");
      case Value.Int whole -> text.append(whole.value().toString());
      case Value.Float real -> text.append(FloatText.repr(real.value()));
      case Value.Str string ->
          text.append(
              string.safe() ? "Markup(" + quoted(string.text()) + ")" : quoted(string.text()));
      case Value.ListValue list -> items(rendering, "[", list.items().iterator(), "]", text);
      case Value.Tuple tuple ->
          items(
              rendering,
              "(",
              tuple.items().iterator(),
              tuple.items().size() == 1 ? ",)" : ")",
              text);
      case Value.Dict dict -> dict(rendering, dict, text);
      case Value.DictView view ->
          items(rendering, TypeNames.of(view) + "([", Iteration.of(rendering, view), "])", text);
      case Value.Range range -> text.append(range(range));
      case Value.Generator generator -> text.append("<generator object " + generator.name() + ">");
      case Undefined _ -> text.append("Undefined");
      case Namespace namespace -> {
        text.append("<Namespace ");
        dict(rendering, namespace.attributes(), text);
        text.append(">");
      }
      case LoopContext loop ->
          text.append("<LoopContext " + loop.index() + "/" + loop.length() + ">");
      case Macro macro ->
          text.append("<Macro " + (macro.isAnonymous() ? "anonymous" : quoted(macro.name())) + ">");
      case Value.Builtin builtin ->
          text.append(
              (builtin.isMethod() ? "<built-in method " : "<function ") + builtin.name() + ">");
      case Value.Callable _, Value.WithAttributes _ ->
          text.append("<" + TypeNames.of(value) + " object>");
    }
    rendering.leave();
  }

  private static void items(
      Rendering rendering, String open, Iterator<Value> items, String close, TextBuilder text) {
    text.append(open);
    for (String separator = ""; items.hasNext(); separator = ", ") {
      text.append(separator);
      repr(rendering, items.next(), text);
    }
    text.append(close);
  }

  private static void dict(Rendering rendering, Value.Dict dict, TextBuilder text) {
    text.append("{");
    String separator = "";
    for (Map.Entry<Value, Value> entry : dict.entries().entrySet()) {
      text.append(separator);
      repr(rendering, entry.getKey(), text);
      text.append(": ");
      repr(rendering, entry.getValue(), text);
      separator = ", ";
    }
    text.append("}");
  }

  private static String range(Value.Range range) {
    String step = range.step() == 1 ? "" : ", " + range.step();
    return "range(" + range.start() + ", " + range.stop() + step + ")";
  }

  /** {@code repr} of a string. */
  static String quoted(String string) {
    char quote = string.indexOf('\'') >= 0 && string.indexOf('"') < 0 ? '"' : '\'';
    StringBuilder text = new StringBuilder(string.length() + 2).append(quote);
    string
        .codePoints()
        .forEach(c -> {
          switch (c) {
            case '\n' -> text.append("\\n");
            case '\r' -> text.append("\\r");
            case '\t' -> text.append("\\t");
            case '\\' -> text.append("\\\\");
            default -> {
              if (c == quote) {
                text.append('\\').append(quote);
              } else if (isPrintable(c)) {
                text.appendCodePoint(c);
              } else {
                text.append(escape(c));
              }
            }
          }
        });
    return text.append(quote).toString();
  }

  private static String escape(int c) {
    if (c < 0x100) {
      return String.format(Locale.ROOT, "\\x%02x", c);
    }
    return String.format(Locale.ROOT, c < 0x10000 ? "\\u%04x" : "\\U%08x", c);
  }

  /** {@code str.isprintable} of one character. */
  static boolean isPrintable(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      case Character.SPACE_SEPARATOR -> c == ' ';
      default -> true;
    };
  }
}
