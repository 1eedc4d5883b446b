package dev.weir.text.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Arguments of a call.
 *
 * @param named in the order they were given
 */
record Arguments(List<Value> positional, Map<String, Value> named) {
  static final Arguments NONE = new Arguments(List.of(), Map.of());

  static Arguments of(Value... positional) {
    return new Arguments(List.of(positional), Map.of());
  }

  /** With one more positional argument before the others. */
  Arguments after(Value first) {
    List<Value> all = new ArrayList<>(positional.size() + 1);
    all.add(first);
    all.addAll(positional);
    return new Arguments(all, named);
  }

  /** Without the first positional arguments. */
  Arguments without(int first) {
    return new Arguments(positional.subList(first, positional.size()), named);
  }
}
