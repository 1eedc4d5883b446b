package dev.weir.text.template;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** {@code a, b = value}. */
final class Unpacking {
  private Unpacking() {}

  /** The items of a value that has to have a certain number of them. */
  static List<Value> of(Rendering rendering, Value value, int count) {
    if (!Iteration.isIterable(value)) {
      throw new ChatTemplateException(
          "cannot unpack non-iterable " + TypeNames.of(value) + " object");
    }
    Iterator<Value> items = Iteration.of(rendering, value);
    List<Value> unpacked = new ArrayList<>(count);
    while (items.hasNext()) {
      if (unpacked.size() == count) {
        throw new ChatTemplateException("too many values to unpack (expected " + count + ")");
      }
      unpacked.add(items.next());
    }
    if (unpacked.size() < count) {
      throw new ChatTemplateException(
          "not enough values to unpack (expected " + count + ", got " + unpacked.size() + ")");
    }
    return unpacked;
  }
}
