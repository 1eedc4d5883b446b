package dev.weir.text.template;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code value.name}, {@code value[index]} and {@code value[start:stop:step]}. */
final class Subscript {
  private static final Set<String> CHANGE_A_LIST =
      Set.of("append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort");
  private static final Set<String> CHANGE_A_DICT =
      Set.of("clear", "pop", "popitem", "setdefault", "update");

  private Subscript() {}

  /** An attribute, or else the item of that name. */
  static Value attribute(Rendering rendering, Value target, String name) {
    if (target instanceof Undefined undefined) {
      throw undefined.error();
    }
    Value found = find(target, name);
    if (found == null) {
      found = item(rendering, target, new Value.Str(name));
    }
    return found == null ? Undefined.attribute(target, name) : found;
  }

  /** An item, or else the attribute of that name. */
  static Value get(Rendering rendering, Value target, Value index) {
    if (target instanceof Undefined undefined) {
      throw undefined.error();
    }
    Value found = item(rendering, target, index);
    if (found == null && index instanceof Value.Str name) {
      found = find(target, name.text());
    }
    return found == null ? Undefined.element(rendering, target, index) : found;
  }

  /** An attribute only, as {@code attr} finds it. */
  static Value onlyAttribute(Value target, String name) {
    Value found = find(target, name);
    return found == null ? Undefined.attribute(target, name) : found;
  }

  private static @Nullable Value find(Value target, String name) {
    if (name.startsWith("__") && name.endsWith("__")) {
      return Undefined.unsafe(target, name); // Python's inside; every object has most of these
    }
    return switch (target) {
      case Value.Str string -> StringMethods.find(string, name);
      case Value.Dict dict ->
          CHANGE_A_DICT.contains(name)
              ? Undefined.unsafe(target, name)
              : DictMethods.find(dict, name);
      case Value.ListValue list ->
          CHANGE_A_LIST.contains(name)
              ? Undefined.unsafe(target, name)
              : SequenceMethods.find(list, name);
      case Value.Tuple tuple -> SequenceMethods.find(tuple, name);
      case Value.WithAttributes object -> object.attribute(name);
      case Value.None _,
          Value.Numeric _,
          Value.DictView _,
          Value.Range _,
          Value.Generator _,
          Value.Callable _,
          Undefined _ ->
          null;
    };
  }

  private static @Nullable Value item(Rendering rendering, Value target, Value index) {
    return switch (target) {
      case Value.Dict dict ->
          isKey(index) ? dict.entries().get(Hashing.key(rendering, index)) : null;
      case Value.Sequence sequence -> {
        int at = position(index, sequence.items().size());
        yield at < 0 ? null : sequence.items().get(at);
      }
      case Value.Str string -> {
        rendering.spendText(string.text().length());
        int at = position(index, CodePoints.length(string.text()));
        yield at < 0 ? null : new Value.Str(CodePoints.at(string.text(), at), string.safe());
      }
      case Value.Range range -> {
        int at = position(index, range.size());
        yield at < 0 ? null : range.get(at);
      }
      default -> null;
    };
  }

  private static boolean isKey(Value index) {
    return switch (index) {
      case Value.ListValue _, Value.Dict _, Value.DictView _ -> false;
      case Value.Tuple tuple -> tuple.items().stream().allMatch(Subscript::isKey);
      default -> true;
    };
  }

  /** Index of an item, negative ones counted from the end; -1 where there is none. */
  private static int position(Value index, int size) {
    BigInteger whole = Numbers.whole(index);
    if (whole == null) {
      return -1;
    }
    int at = Numbers.clamp(whole);
    int fromStart = at < 0 ? at + size : at;
    return fromStart >= 0 && fromStart < size ? fromStart : -1;
  }

  /** Bounds may be None. */
  static Value slice(Rendering rendering, Value target, Value start, Value stop, Value step) {
    return switch (target) {
      case Value.Str string -> {
        rendering.spendText(string.text().length());
        Slice slice = Slice.of(start, stop, step, CodePoints.length(string.text()));
        String text =
            slice.step() == 1
                ? CodePoints.substring(string.text(), slice.first(), slice.first() + slice.count())
                : String.join("", slice.of(CodePoints.each(string.text())));
        yield new Value.Str(text, string.safe());
      }
      case Value.ListValue list ->
          new Value.ListValue(items(rendering, list.items(), start, stop, step));
      case Value.Tuple tuple -> new Value.Tuple(items(rendering, tuple.items(), start, stop, step));
      case Value.Range range -> {
        Slice slice = Slice.of(start, stop, step, range.size());
        long first = range.start() + slice.first() * range.step();
        long stride = slice.step() * range.step();
        yield new Value.Range(first, first + slice.count() * stride, stride, slice.count());
      }
      case Undefined undefined -> throw undefined.error();
      case Value.Dict _ -> throw new ChatTemplateException("unhashable type: 'slice'");
      default ->
          throw new ChatTemplateException(
              "'" + TypeNames.of(target) + "' object is not subscriptable");
    };
  }

  private static List<Value> items(
      Rendering rendering, List<Value> items, Value start, Value stop, Value step) {
    Slice slice = Slice.of(start, stop, step, items.size());
    rendering.spendItems(slice.count());
    return new ArrayList<>(slice.of(items));
  }
}
