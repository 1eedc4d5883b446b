package dev.weir.text.template;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Python's {@code json.dumps}, which {@code tojson} is in transformers. */
final class JsonText {
  private final Rendering rendering;
  private final boolean asciiOnly;
  private final boolean sortKeys;
  private final @Nullable String indentation; // null: all on one line
  private final String itemSeparator;
  private final String keySeparator;
  private final TextBuilder text;
  private int depth;

  /**
   * @param indent a number of blanks, a text, or None
   * @param separators a pair of texts, between items and after keys, or None
   */
  JsonText(
      Rendering rendering, boolean asciiOnly, Value indent, Value separators, boolean sortKeys) {
    this.rendering = rendering;
    this.asciiOnly = asciiOnly;
    this.sortKeys = sortKeys;
    this.text = new TextBuilder(rendering);
    this.indentation =
        switch (indent) {
          case Value.None _ -> null;
          case Value.Str string -> string.text();
          default -> StringMethods.pad(rendering, "", Numbers.index(indent), " ", 1, 0);
        };
    if (separators == Value.None.NONE) {
      itemSeparator = indentation == null ? ", " : ",";
      keySeparator = ": ";
    } else {
      List<Value> pair = Unpacking.of(rendering, separators, 2);
      itemSeparator = PythonText.str(rendering, pair.get(0));
      keySeparator = PythonText.str(rendering, pair.get(1));
    }
  }

  String write(Value value) {
    add(value);
    return text.toString();
  }

  private void add(Value value) {
    rendering.enter();
    switch (value) {
      case Value.None _ -> text.append("null");
      case Value.Bool bool -> text.append(bool.value() ? "true" : "false");
      case Value.Int whole -> text.append(whole.value().toString());
      case Value.Float real -> text.append(number(real.value()));
      case Value.Str string -> addString(string.text());
      case Value.Sequence sequence -> addItems(sequence.items());
      case Value.Dict dict -> addEntries(dict);
      case Value.DictView _,
          Value.Range _,
          Value.Generator _,
          Value.Callable _,
          Value.WithAttributes _,
          Undefined _ ->
          throw new ChatTemplateException(
              "Object of type " + TypeNames.of(value) + " is not JSON serializable");
    }
    rendering.leave();
  }

  private static String number(double value) {
    if (Double.isNaN(value)) {
      return "NaN";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "Infinity" : "-Infinity";
    }
    return FloatText.repr(value);
  }

  private void addItems(List<Value> items) {
    if (items.isEmpty()) {
      text.append("[]");
      return;
    }
    text.append("[");
    depth++;
    for (int i = 0; i < items.size(); i++) {
      text.append(i == 0 ? "" : itemSeparator);
      addLineBreak();
      add(items.get(i));
    }
    depth--;
    addLineBreak();
    text.append("]");
  }

  private void addEntries(Value.Dict dict) {
    if (dict.entries().isEmpty()) {
      text.append("{}");
      return;
    }
    text.append("{");
    depth++;
    Iterator<Map.Entry<Value, Value>> entries = entries(dict).iterator();
    for (boolean first = true; entries.hasNext(); first = false) {
      Map.Entry<Value, Value> entry = entries.next();
      text.append(first ? "" : itemSeparator);
      addLineBreak();
      addString(key(entry.getKey()));
      text.append(keySeparator);
      add(entry.getValue());
    }
    depth--;
    addLineBreak();
    text.append("}");
  }

  private List<Map.Entry<Value, Value>> entries(Value.Dict dict) {
    List<Map.Entry<Value, Value>> entries = new ArrayList<>(dict.entries().entrySet());
    return sortKeys ? Sorting.byKey(rendering, entries) : entries;
  }

  private void addLineBreak() {
    if (indentation != null) {
      rendering.spendText((long) indentation.length() * depth);
      text.append("\n").append(indentation.repeat(depth));
    }
  }

  private String key(Value key) {
    return switch (key) {
      case Value.Str string -> string.text();
      case Value.Bool bool -> bool.value() ? "true" : "false";
      case Value.Int whole -> whole.value().toString();
      case Value.Float real -> number(real.value());
      case Value.None _ -> "null";
      default ->
          throw new ChatTemplateException(
              "keys must be str, int, float, bool or None, not " + TypeNames.of(key));
    };
  }

  private void addString(String string) {
    StringBuilder quoted = new StringBuilder(string.length() + 2).append('"');
    for (int i = 0; i < string.length(); i++) {
      char c = string.charAt(i);
      switch (c) {
        case '"' -> quoted.append("\\\"");
        case '\\' -> quoted.append("\\\\");
        case '\n' -> quoted.append("\\n");
        case '\r' -> quoted.append("\\r");
        case '\t' -> quoted.append("\\t");
        case '\f' -> quoted.append("\\f");
        case '\b' -> quoted.append("\\b");
        default -> {
          if (c < ' ' || (asciiOnly && c > '~')) {
            quoted.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
          } else {
            quoted.append(c);
          }
        }
      }
    }
    text.append(quoted.append('"').toString());
  }
}
