package dev.weir.text.template;

import java.util.ArrayList;
import java.util.List;

/**
 * The items that Python's {@code [start:stop:step]} picks from a sequence of known length.
 *
 * @param first index of the first item
 * @param step from one to the next, never 0
 * @param count how many
 */
record Slice(int first, int step, int count) {

  /** Bounds may be None. */
  static Slice of(Value start, Value stop, Value step, int size) {
    int stride = bound(step, 1);
    if (stride == 0) {
      throw new ChatTemplateException("slice step cannot be zero");
    }
    int lowest = stride > 0 ? 0 : -1;
    int highest = stride > 0 ? size : size - 1;
    int from = clip(bound(start, stride > 0 ? lowest : highest), start, size, lowest, highest);
    int to = clip(bound(stop, stride > 0 ? highest : lowest), stop, size, lowest, highest);
    long distance = stride > 0 ? (long) to - from : (long) from - to;
    int count = distance <= 0 ? 0 : (int) ((distance - 1) / Math.abs((long) stride) + 1);
    return new Slice(count == 0 ? 0 : from, stride, count);
  }

  private static int bound(Value bound, int none) {
    if (bound == Value.None.NONE) {
      return none;
    }
    if (Numbers.whole(bound) == null) {
      throw new ChatTemplateException(
          "slice indices must be integers or None or have an __index__ method");
    }
    return Numbers.index(bound);
  }

  private static int clip(int bound, Value given, int size, int lowest, int highest) {
    boolean fromEnd = bound < 0 && given != Value.None.NONE;
    long at = fromEnd ? (long) bound + size : bound;
    return Math.clamp(at, lowest, highest);
  }

  <T> List<T> of(List<T> items) {
    if (step == 1) {
      return items.subList(first, first + count);
    }
    List<T> picked = new ArrayList<>(count);
    for (long i = 0, at = first; i < count; i++, at += step) {
      picked.add(items.get((int) at));
    }
    return picked;
  }
}
