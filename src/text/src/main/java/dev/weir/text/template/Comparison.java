package dev.weir.text.template;

import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** Comparing values. */
final class Comparison {
  private Comparison() {}

  static boolean compare(
      Rendering rendering, ComparisonOperator operator, Value left, Value right) {
    return switch (operator) {
      case EQUAL -> equal(rendering, left, right);
      case NOT_EQUAL -> !equal(rendering, left, right);
      case IN -> contains(rendering, right, left);
      case NOT_IN -> !contains(rendering, right, left);
      case LESS, LESS_OR_EQUAL, GREATER, GREATER_OR_EQUAL ->
          ordered(rendering, operator, left, right);
    };
  }

  static boolean equal(Rendering rendering, Value left, Value right) {
    if (left == right) {
      return !(left instanceof Value.Float real && Double.isNaN(real.value()));
    }
    rendering.enter();
    boolean equal =
        switch (left) {
          case Value.ListValue list ->
              right instanceof Value.ListValue other
                  && equalItems(rendering, list.items(), other.items());
          case Value.Tuple tuple ->
              right instanceof Value.Tuple other
                  && equalItems(rendering, tuple.items(), other.items());
          case Value.Dict dict ->
              right instanceof Value.Dict other && equalEntries(rendering, dict, other);
          case Value.Str string -> {
            rendering.spendText(string.text().length());
            yield left.equals(right);
          }
          case Value.Range range ->
              right instanceof Value.Range other
                  && equalItems(
                      rendering,
                      Iteration.toList(rendering, range),
                      Iteration.toList(rendering, other));
          default -> left.equals(right);
        };
    rendering.leave();
    return equal;
  }

  private static boolean equalItems(Rendering rendering, List<Value> left, List<Value> right) {
    if (left.size() != right.size()) {
      return false;
    }
    for (int i = 0; i < left.size(); i++) {
      if (!same(rendering, left.get(i), right.get(i))) {
        return false;
      }
    }
    return true;
  }

  private static boolean equalEntries(Rendering rendering, Value.Dict left, Value.Dict right) {
    if (left.entries().size() != right.entries().size()) {
      return false;
    }
    for (Map.Entry<Value, Value> entry : left.entries().entrySet()) {
      Value other = right.entries().get(entry.getKey());
      if (other == null || !same(rendering, entry.getValue(), other)) {
        return false;
      }
    }
    return true;
  }

  /** Python's containers take an item for equal to itself, even where it is not, as NaN is not. */
  private static boolean same(Rendering rendering, Value left, Value right) {
    return left == right || equal(rendering, left, right);
  }

  static boolean contains(Rendering rendering, Value container, Value item) {
    return switch (container) {
      case Value.Str string -> {
        if (item instanceof Value.Str part) {
          yield Find.first(rendering, string.text(), part.text(), 0) >= 0;
        }
        throw new ChatTemplateException(
            "'in <string>' requires string as left operand, not " + TypeNames.of(item));
      }
      case Value.Dict dict -> dict.entries().containsKey(Hashing.key(rendering, item));
      case Value.DictView view when view.kind() == Value.DictView.Kind.KEYS ->
          view.dict().entries().containsKey(Hashing.key(rendering, item));
      case Value.Sequence _,
          Value.DictView _,
          Value.Range _,
          Value.Generator _,
          LoopContext _,
          Undefined _ ->
          among(rendering, Iteration.of(rendering, container), item);
      case Value.None _, Value.Numeric _, Value.Callable _, Value.WithAttributes _ ->
          throw new ChatTemplateException(
              "argument of type '" + TypeNames.of(container) + "' is not iterable");
    };
  }

  private static boolean among(Rendering rendering, Iterator<Value> items, Value item) {
    while (items.hasNext()) {
      if (same(rendering, items.next(), item)) {
        return true;
      }
    }
    return false;
  }

  /** {@code left < right}. */
  static boolean less(Rendering rendering, Value left, Value right) {
    return ordered(rendering, ComparisonOperator.LESS, left, right);
  }

  private static boolean ordered(
      Rendering rendering, ComparisonOperator operator, Value left, Value right) {
    requireDefined(left);
    requireDefined(right);
    if (left instanceof Value.Numeric a && right instanceof Value.Numeric b) {
      return numbersOrdered(operator, a, b);
    }
    if (left instanceof Value.Str a && right instanceof Value.Str b) {
      rendering.spendText(Math.min(a.text().length(), b.text().length()));
      return holds(operator, compareText(a.text(), b.text()));
    }
    boolean sameSequence =
        (left instanceof Value.ListValue && right instanceof Value.ListValue)
            || (left instanceof Value.Tuple && right instanceof Value.Tuple);
    if (sameSequence) {
      return itemsOrdered(
          rendering, operator, ((Value.Sequence) left).items(), ((Value.Sequence) right).items());
    }
    throw new ChatTemplateException(
        "'%s' not supported between instances of '%s' and '%s'"
            .formatted(operator.symbol(), TypeNames.of(left), TypeNames.of(right)));
  }

  private static boolean itemsOrdered(
      Rendering rendering, ComparisonOperator operator, List<Value> left, List<Value> right) {
    rendering.enter();
    int first = 0;
    int shorter = Math.min(left.size(), right.size());
    while (first < shorter && same(rendering, left.get(first), right.get(first))) {
      first++;
    }
    boolean ordered =
        first < shorter
            ? ordered(rendering, operator, left.get(first), right.get(first))
            : holds(operator, Integer.compare(left.size(), right.size()));
    rendering.leave();
    return ordered;
  }

  private static boolean numbersOrdered(
      ComparisonOperator operator, Value.Numeric left, Value.Numeric right) {
    if (left instanceof Value.Float || right instanceof Value.Float) {
      double a = Numbers.real(left);
      double b = Numbers.real(right);
      if (Double.isNaN(a) || Double.isNaN(b)) {
        return false;
      }
      return holds(operator, a < b ? -1 : a > b ? 1 : 0);
    }
    return holds(operator, Value.Numeric.integer(left).compareTo(Value.Numeric.integer(right)));
  }

  private static boolean holds(ComparisonOperator operator, int order) {
    return switch (operator) {
      case LESS -> order < 0;
      case LESS_OR_EQUAL -> order <= 0;
      case GREATER -> order > 0;
      case GREATER_OR_EQUAL -> order >= 0;
      case EQUAL, NOT_EQUAL, IN, NOT_IN -> throw new AssertionError("no order: " + operator);
    };
  }

  /** By code points, which differs from Java's order where there are surrogates. */
  private static int compareText(String left, String right) {
    int shorter = Math.min(left.length(), right.length());
    for (int i = 0; i < shorter; i++) {
      if (left.charAt(i) != right.charAt(i)) {
        boolean surrogates =
            Character.isSurrogate(left.charAt(i)) && Character.isSurrogate(right.charAt(i));
        int start = surrogates && Character.isLowSurrogate(left.charAt(i)) && i > 0 ? i - 1 : i;
        return Integer.compare(left.codePointAt(start), right.codePointAt(start));
      }
    }
    return Integer.compare(left.length(), right.length());
  }

  private static void requireDefined(Value value) {
    if (value instanceof Undefined undefined) {
      throw undefined.error();
    }
  }
}
