package dev.weir.text.template;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Filters that put items in order. */
final class Sorting {
  private Sorting() {}

  static void addTo(Map<String, Filters.Filter> filters) {
    filters.put(
        "sort",
        Filters.simple(
            Sorting::sort, "do_sort", "value", "reverse=", "case_sensitive=", "attribute="));
    filters.put(
        "dictsort",
        Filters.simple(
            Sorting::sortDict, "do_dictsort", "value", "case_sensitive=", "by=", "reverse="));
    filters.put(
        "groupby",
        Filters.simple(
            Sorting::group, "do_groupby", "value", "attribute", "default=", "case_sensitive="));
    filters.put(
        "min",
        Filters.simple(
            bound -> extreme(bound, false), "do_min", "value", "case_sensitive=", "attribute="));
    filters.put(
        "max",
        Filters.simple(
            bound -> extreme(bound, true), "do_max", "value", "case_sensitive=", "attribute="));
  }

  /** An item and what it is sorted by. */
  private record Keyed<T>(Value key, T item) {}

  private static Value sort(Signature.Bound bound) {
    Rendering rendering = bound.rendering();
    UnaryOperator<Value> folding = SequenceFilters.caseFolding(bound.flag(2, false));
    List<AttributePath> paths = AttributePath.several(bound.or(3, Value.None.NONE));
    List<Keyed<Value>> keyed = new ArrayList<>();
    for (Value item : Iteration.toList(rendering, bound.get(0))) {
      List<Value> key = new ArrayList<>();
      paths.forEach(path -> key.add(folding.apply(path.get(rendering, item, null))));
      keyed.add(new Keyed<>(new Value.ListValue(key), item));
    }
    return new Value.ListValue(sorted(rendering, keyed, bound.flag(1, false)));
  }

  private static Value sortDict(Signature.Bound bound) {
    Rendering rendering = bound.rendering();
    String by = bound.text(2, "key");
    if (!by.equals("key") && !by.equals("value")) {
      throw new ChatTemplateException("You can only sort by either \"key\" or \"value\"");
    }
    if (bound.get(0) instanceof Undefined undefined) {
      throw undefined.error();
    }
    if (!(bound.get(0) instanceof Value.Dict dict)) {
      throw new ChatTemplateException(
          "'" + TypeNames.of(bound.get(0)) + "' object has no attribute 'items'");
    }
    UnaryOperator<Value> folding = SequenceFilters.caseFolding(bound.flag(1, false));
    List<Keyed<Value>> keyed = new ArrayList<>();
    dict.entries()
        .forEach((key, value) ->
            keyed.add(
                new Keyed<>(
                    folding.apply(by.equals("key") ? key : value), Value.Tuple.of(key, value))));
    return new Value.ListValue(sorted(rendering, keyed, bound.flag(3, false)));
  }

  /** Groups in the order of what they have in common, as pairs of that and their items. */
  private static Value group(Signature.Bound bound) {
    Rendering rendering = bound.rendering();
    AttributePath path = AttributePath.of(bound.get(1));
    UnaryOperator<Value> folding = SequenceFilters.caseFolding(bound.flag(3, false));
    Value defaultValue = bound.has(2) ? bound.get(2) : null;
    List<Keyed<Value>> keyed = new ArrayList<>();
    for (Value item : Iteration.toList(rendering, bound.get(0))) {
      keyed.add(new Keyed<>(folding.apply(path.get(rendering, item, defaultValue)), item));
    }
    List<Value> groups = new ArrayList<>();
    List<Value> members = new ArrayList<>();
    Value last = null;
    for (Keyed<Value> each : order(rendering, keyed)) {
      if (last == null || !Comparison.equal(rendering, last, each.key())) {
        members = new ArrayList<>();
        Value name = path.get(rendering, each.item(), defaultValue);
        groups.add(Value.Tuple.of(name, new Value.ListValue(members)));
      }
      members.add(each.item());
      last = each.key();
    }
    return new Value.ListValue(groups);
  }

  private static Value extreme(Signature.Bound bound, boolean largest) {
    Rendering rendering = bound.rendering();
    UnaryOperator<Value> folding = SequenceFilters.caseFolding(bound.flag(1, false));
    AttributePath path = AttributePath.of(bound.or(2, Value.None.NONE));
    Keyed<Value> best = null;
    for (Value item : Iteration.toList(rendering, bound.get(0))) {
      Keyed<Value> each = new Keyed<>(folding.apply(path.get(rendering, item, null)), item);
      boolean better =
          best == null
              || (largest
                  ? Comparison.compare(
                      rendering, ComparisonOperator.GREATER, each.key(), best.key())
                  : Comparison.less(rendering, each.key(), best.key()));
      best = better ? each : best;
    }
    return best == null
        ? Undefined.because("No aggregated item, sequence was empty.")
        : best.item();
  }

  static List<Map.Entry<Value, Value>> byKey(
      Rendering rendering, List<Map.Entry<Value, Value>> entries) {
    List<Keyed<Map.Entry<Value, Value>>> keyed =
        entries.stream().map(entry -> new Keyed<>(entry.getKey(), entry)).toList();
    return order(rendering, keyed).stream().map(Keyed::item).toList();
  }

  private static List<Value> sorted(
      Rendering rendering, List<Keyed<Value>> keyed, boolean reverse) {
    if (reverse) {
      Collections.reverse(keyed); // so that equal ones keep their order
    }
    List<Value> items = new ArrayList<>();
    order(rendering, keyed).forEach(each -> items.add(each.item()));
    if (reverse) {
      Collections.reverse(items);
    }
    return items;
  }

  /**
   * A stable merge sort that asks for {@code <} only, as Python does. Java's own would reject an
   * order that is none, such as that of NaN.
   */
  private static <T> List<Keyed<T>> order(Rendering rendering, List<Keyed<T>> items) {
    rendering.spendItems(items.size());
    int run = 1;
    while (run < items.size()
        && !Comparison.less(rendering, items.get(run).key(), items.get(run - 1).key())) {
      run++;
    }
    if (run >= items.size()) {
      return items; // in order already
    }
    List<Keyed<T>> left = order(rendering, items.subList(0, items.size() / 2));
    List<Keyed<T>> right = order(rendering, items.subList(items.size() / 2, items.size()));
    List<Keyed<T>> merged = new ArrayList<>(items.size());
    int fromLeft = 0;
    int fromRight = 0;
    while (fromLeft < left.size() && fromRight < right.size()) {
      boolean takesRight =
          Comparison.less(rendering, right.get(fromRight).key(), left.get(fromLeft).key());
      merged.add(takesRight ? right.get(fromRight++) : left.get(fromLeft++));
    }
    merged.addAll(left.subList(fromLeft, left.size()));
    merged.addAll(right.subList(fromRight, right.size()));
    return merged;
  }
}
