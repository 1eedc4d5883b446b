package dev.weir.text.template;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code str.format}, with attributes and items found as everywhere else in the sandbox. */
final class BraceFormat {
  private static final int MAX_NESTING = 2;

  private final Rendering rendering;
  private final Arguments arguments;
  private int next;

  private BraceFormat(Rendering rendering, Arguments arguments) {
    this.rendering = rendering;
    this.arguments = arguments;
  }

  static Value format(Rendering rendering, Value.Str format, Arguments arguments) {
    String text = new BraceFormat(rendering, arguments).format(format.text(), MAX_NESTING);
    return new Value.Str(text, format.safe());
  }

  static Value formatMap(Rendering rendering, Value.Str format, List<Value> positional) {
    if (positional.size() != 1 || !(positional.getFirst() instanceof Value.Dict dict)) {
      throw new ChatTemplateException("format_map() takes exactly one mapping");
    }
    Map<String, Value> named = new LinkedHashMap<>();
    dict.entries().forEach((key, value) -> named.put(PythonText.str(rendering, key), value));
    return format(rendering, format, new Arguments(List.of(), named));
  }

  private String format(String format, int nesting) {
    rendering.spendText(format.length());
    if (nesting == 0) {
      throw new ChatTemplateException("Max string recursion exceeded");
    }
    TextBuilder text = new TextBuilder(rendering);
    int at = 0;
    while (at < format.length()) {
      int brace = at;
      while (brace < format.length() && "{}".indexOf(format.charAt(brace)) < 0) {
        brace++;
      }
      text.append(format.substring(at, brace));
      if (brace == format.length()) {
        break;
      }
      char c = format.charAt(brace);
      if (brace + 1 < format.length() && format.charAt(brace + 1) == c) {
        text.append(String.valueOf(c));
        at = brace + 2;
      } else if (c == '}') {
        throw new ChatTemplateException("Single '}' encountered in format string");
      } else {
        int end = endOfField(format, brace + 1);
        text.append(field(format.substring(brace + 1, end), nesting));
        at = end + 1;
      }
    }
    return text.toString();
  }

  private static int endOfField(String format, int from) {
    if (from == format.length()) {
      throw new ChatTemplateException("Single '{' encountered in format string");
    }
    int open = 1;
    for (int at = from; at < format.length(); at++) {
      open += format.charAt(at) == '{' ? 1 : format.charAt(at) == '}' ? -1 : 0;
      if (open == 0) {
        return at;
      }
    }
    throw new ChatTemplateException("expected '}' before end of string");
  }

  /** {@code name!conversion:specification}. */
  private String field(String field, int nesting) {
    int colon = field.indexOf(':');
    String name = colon < 0 ? field : field.substring(0, colon);
    String specification = colon < 0 ? "" : format(field.substring(colon + 1), nesting - 1);
    int mark = name.indexOf('!');
    String conversion = mark < 0 ? "" : name.substring(mark + 1);
    Value value = value(mark < 0 ? name : name.substring(0, mark));
    Value converted =
        switch (conversion) {
          case "" -> value;
          case "s" -> new Value.Str(PythonText.str(rendering, value));
          case "r", "a" -> new Value.Str(PythonText.repr(rendering, value));
          default -> throw new ChatTemplateException("Unknown conversion specifier " + conversion);
        };
    boolean plain = specification.isEmpty();
    return plain
        ? PythonText.str(rendering, converted)
        : FormatSpec.parse(specification).format(rendering, converted);
  }

  private Value value(String path) {
    int end = 0;
    while (end < path.length() && ".[".indexOf(path.charAt(end)) < 0) {
      end++;
    }
    Value value = argument(path.substring(0, end));
    while (end < path.length()) {
      boolean item = path.charAt(end) == '[';
      int start = end + 1;
      end = start;
      while (end < path.length() && (item ? "]" : ".[").indexOf(path.charAt(end)) < 0) {
        end++;
      }
      String name = path.substring(start, end);
      value = item ? item(value, name) : Subscript.attribute(rendering, value, name);
      end += item ? 1 : 0;
    }
    return value;
  }

  private Value item(Value value, String name) {
    var index =
        name.chars().allMatch(c -> c >= '0' && c <= '9') ? Numbers.parseInteger(name, 10) : null;
    return Subscript.get(
        rendering, value, index == null ? new Value.Str(name) : new Value.Int(index));
  }

  private Value argument(String name) {
    var number = name.isEmpty() ? null : Numbers.parseInteger(name, 10);
    if (name.isEmpty() || number != null) {
      int index = number == null ? next++ : Numbers.clamp(number);
      if (index < 0 || index >= arguments.positional().size()) {
        throw new ChatTemplateException("tuple index out of range");
      }
      return arguments.positional().get(index);
    }
    Value value = arguments.named().get(name);
    if (value == null) {
      throw new ChatTemplateException(PythonText.quoted(name));
    }
    return value;
  }
}
