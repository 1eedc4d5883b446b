package dev.weir.text.template;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.function.UnaryOperator;

/** Filters of lists, dictionaries and other things with items. */
final class SequenceFilters {
  private SequenceFilters() {}

  static void addTo(Map<String, Filters.Filter> filters) {
    Filters.Filter length = SequenceFilters::length;
    Filters.Filter defaulting =
        Filters.simple(
            SequenceFilters::defaulting, "do_default", "value", "default_value=", "boolean=");
    filters.put("length", length);
    filters.put("count", length);
    filters.put("default", defaulting);
    filters.put("d", defaulting);
    filters.put("first", Filters.simple(SequenceFilters::first, "do_first", "seq"));
    filters.put("last", Filters.simple(SequenceFilters::last, "do_last", "seq"));
    filters.put(
        "list",
        Filters.simple(
            bound -> new Value.ListValue(Iteration.toList(bound.rendering(), bound.get(0))),
            "do_list",
            "value"));
    filters.put("items", Filters.simple(SequenceFilters::items, "do_items", "value"));
    filters.put("reverse", Filters.simple(SequenceFilters::reverse, "do_reverse", "value"));
    filters.put(
        "join", Filters.simple(SequenceFilters::join, "do_join", "value", "d=", "attribute="));
    filters.put(
        "unique",
        Filters.simple(
            SequenceFilters::unique, "do_unique", "value", "case_sensitive=", "attribute="));
    filters.put(
        "batch",
        Filters.simple(SequenceFilters::batch, "do_batch", "value", "linecount", "fill_with="));
    filters.put(
        "slice",
        Filters.simple(SequenceFilters::slices, "do_slice", "value", "slices", "fill_with="));
    filters.put(
        "attr",
        Filters.simple(
            bound -> Subscript.onlyAttribute(bound.get(0), bound.string(1)),
            "do_attr",
            "obj",
            "name"));
    Sorting.addTo(filters);
  }

  private static Value length(Evaluator evaluator, Arguments arguments) {
    int given = arguments.positional().size();
    if (given != 1) {
      throw new ChatTemplateException("len() takes exactly one argument (" + given + " given)");
    }
    return Iteration.length(arguments.positional().getFirst());
  }

  private static Value defaulting(Signature.Bound bound) {
    boolean absent =
        bound.get(0) instanceof Undefined || (bound.flag(2, false) && !Truth.of(bound.get(0)));
    return absent ? bound.or(1, Value.Str.EMPTY) : bound.get(0);
  }

  private static Value first(Signature.Bound bound) {
    Iterator<Value> items = Iteration.of(bound.rendering(), bound.get(0));
    return items.hasNext() ? items.next() : Undefined.because("No first item, sequence was empty.");
  }

  private static Value last(Signature.Bound bound) {
    List<Value> items = reversible(bound.rendering(), bound.get(0));
    return items.isEmpty()
        ? Undefined.because("No last item, sequence was empty.")
        : items.getLast();
  }

  /** The items of what Python's {@code reversed} takes. */
  private static List<Value> reversible(Rendering rendering, Value value) {
    return switch (value) {
      case Value.Str _,
          Value.Sequence _,
          Value.Dict _,
          Value.DictView _,
          Value.Range _,
          Undefined _ ->
          Iteration.toList(rendering, value);
      case Value.None _,
          Value.Numeric _,
          Value.Generator _,
          Value.Callable _,
          Value.WithAttributes _ ->
          throw new ChatTemplateException("'" + TypeNames.of(value) + "' object is not reversible");
    };
  }

  private static Value items(Signature.Bound bound) {
    Value value = bound.get(0);
    Rendering rendering = bound.rendering();
    return generator(
        "do_items",
        () ->
            switch (value) {
              case Undefined _ -> List.<Value>of().iterator();
              case Value.Dict dict ->
                  Iteration.of(rendering, new Value.DictView(dict, Value.DictView.Kind.ITEMS));
              default -> throw new ChatTemplateException("Can only get item pairs from a mapping.");
            });
  }

  /** A generator that is only begun when its first item is asked for. */
  static Value.Generator generator(String name, Begin begin) {
    return new Value.Generator(name, new LazyIterator(begin));
  }

  interface Begin {
    Iterator<Value> items();
  }

  private static final class LazyIterator implements Iterator<Value> {
    private final Begin begin;
    private Iterator<Value> items = Collections.emptyIterator();
    private boolean begun;

    LazyIterator(Begin begin) {
      this.begin = begin;
    }

    @Override
    public boolean hasNext() {
      if (!begun) {
        begun = true;
        items = begin.items();
      }
      return items.hasNext();
    }

    @Override
    public Value next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      return items.next();
    }
  }

  private static Value reverse(Signature.Bound bound) {
    Rendering rendering = bound.rendering();
    Value value = bound.get(0);
    if (value instanceof Value.Str string) {
      rendering.spendText(string.text().length());
      List<String> characters = CodePoints.each(string.text());
      Collections.reverse(characters);
      return new Value.Str(String.join("", characters), string.safe());
    }
    if (!Iteration.isIterable(value)) {
      throw new ChatTemplateException("argument must be iterable");
    }
    List<Value> items = Iteration.toList(rendering, value);
    Collections.reverse(items);
    return value instanceof Value.Generator
        ? new Value.ListValue(items)
        : new Value.Generator("reversed", items.iterator());
  }

  private static Value join(Signature.Bound bound) {
    Rendering rendering = bound.rendering();
    AttributePath path = AttributePath.of(bound.or(2, Value.None.NONE));
    String separator = bound.text(1, "");
    TextBuilder joined = new TextBuilder(rendering);
    Iterator<Value> items = Iteration.of(rendering, bound.get(0));
    for (boolean first = true; items.hasNext(); first = false) {
      joined.append(first ? "" : separator);
      joined.append(PythonText.str(rendering, path.get(rendering, items.next(), null)));
    }
    return new Value.Str(joined.toString());
  }

  /** Lower case for what is compared without regard to case. */
  static UnaryOperator<Value> caseFolding(boolean caseSensitive) {
    return value ->
        !caseSensitive && value instanceof Value.Str string
            ? new Value.Str(Letters.lower(string.text()))
            : value;
  }

  private static Value unique(Signature.Bound bound) {
    Rendering rendering = bound.rendering();
    UnaryOperator<Value> folding = caseFolding(bound.flag(1, false));
    AttributePath path = AttributePath.of(bound.or(2, Value.None.NONE));
    return generator(
        "sync_do_unique",
        () -> {
          Set<Value> seen = new HashSet<>();
          return new FilteredIterator(
              Iteration.of(rendering, bound.get(0)),
              item ->
                  seen.add(Hashing.key(rendering, folding.apply(path.get(rendering, item, null)))));
        });
  }

  private static Value batch(Signature.Bound bound) {
    int size = bound.integer(1, 0);
    Rendering rendering = bound.rendering();
    List<Value> batches = new ArrayList<>();
    List<Value> batch = new ArrayList<>();
    Iterator<Value> items = Iteration.of(rendering, bound.get(0));
    while (items.hasNext()) {
      if (batch.size() == size) {
        batches.add(new Value.ListValue(batch));
        batch = new ArrayList<>();
      }
      batch.add(items.next());
    }
    if (!batch.isEmpty()) {
      rendering.spendItems(Math.max(0, size));
      while (bound.has(2) && batch.size() < size) {
        batch.add(bound.get(2));
      }
      batches.add(new Value.ListValue(batch));
    }
    return new Value.Generator("do_batch", batches.iterator());
  }

  private static Value slices(Signature.Bound bound) {
    Rendering rendering = bound.rendering();
    List<Value> items = Iteration.toList(rendering, bound.get(0));
    int count = bound.integer(1, 0);
    if (count == 0) {
      throw new ChatTemplateException("integer division or modulo by zero");
    }
    rendering.spendItems(Math.max(0, count));
    int size = items.size() / Math.abs(count);
    int larger = items.size() % Math.abs(count);
    List<Value> slices = new ArrayList<>();
    int from = 0;
    for (int i = 0; i < count; i++) {
      int to = from + size + (i < larger ? 1 : 0);
      List<Value> slice = new ArrayList<>(items.subList(from, to));
      if (bound.has(2) && i >= larger) {
        slice.add(bound.get(2));
      }
      slices.add(new Value.ListValue(slice));
      from = to;
    }
    return new Value.Generator("sync_do_slice", slices.iterator());
  }
}
