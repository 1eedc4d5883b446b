package dev.weir.text.template;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The {@code attribute} argument of filters: names and indices with dots between, {@code
 * "function.parameters.0"}.
 */
record AttributePath(List<Value> parts) {

  static AttributePath of(Value attribute) {
    if (attribute == Value.None.NONE) {
      return new AttributePath(List.of());
    }
    return attribute instanceof Value.Str path
        ? of(path.text())
        : new AttributePath(List.of(attribute));
  }

  private static AttributePath of(String path) {
    List<Value> parts = new ArrayList<>();
    for (String part : path.split("\\.", -1)) {
      boolean index = !part.isEmpty() && part.chars().allMatch(c -> c >= '0' && c <= '9');
      var number = index ? Numbers.parseInteger(part, 10) : null;
      parts.add(number == null ? new Value.Str(part) : new Value.Int(number));
    }
    return new AttributePath(parts);
  }

  /** Several paths with commas between. */
  static List<AttributePath> several(Value attribute) {
    if (!(attribute instanceof Value.Str paths)) {
      return List.of(of(attribute));
    }
    return List.of(paths.text().split(",", -1)).stream().map(AttributePath::of).toList();
  }

  /**
   * @param defaultValue instead of what is undefined, unless null
   */
  Value get(Rendering rendering, Value value, @Nullable Value defaultValue) {
    Value found = value;
    for (Value part : parts) {
      found = Subscript.get(rendering, found, part);
      if (defaultValue != null && found instanceof Undefined) {
        found = defaultValue;
      }
    }
    return found;
  }
}
