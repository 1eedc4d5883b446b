package dev.weir.text.template;

import java.math.BigInteger;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** The tests of Jinja, by name: what stands after {@code is}. */
final class Tests {
  private interface Test {
    boolean holds(Rendering rendering, Arguments arguments);
  }

  private static final Map<String, Test> TESTS = new HashMap<>();

  static {
    type("defined", value -> !(value instanceof Undefined));
    type("undefined", Undefined.class::isInstance);
    type("none", value -> value == Value.None.NONE);
    type("boolean", Value.Bool.class::isInstance);
    type("true", value -> value instanceof Value.Bool bool && bool.value());
    type("false", value -> value instanceof Value.Bool bool && !bool.value());
    type("integer", Value.Int.class::isInstance);
    type("float", Value.Float.class::isInstance);
    type("number", Value.Numeric.class::isInstance);
    type("string", Value.Str.class::isInstance);
    type("mapping", Value.Dict.class::isInstance);
    type("sequence", Tests::isSequence);
    type("iterable", Iteration::isIterable);
    type("callable", value -> value instanceof Value.Callable || value instanceof Undefined);
    type("escaped", value -> value instanceof Value.Str string && string.safe());
    type("filter", value -> value instanceof Value.Str name && Filters.has(name.text()));
    type("test", value -> value instanceof Value.Str name && has(name.text()));
    text("lower", Letters::isLower);
    text("upper", Letters::isUpper);
    comparison(ComparisonOperator.EQUAL, "==", "eq", "equalto");
    comparison(ComparisonOperator.NOT_EQUAL, "!=", "ne");
    comparison(ComparisonOperator.GREATER, ">", "gt", "greaterthan");
    comparison(ComparisonOperator.GREATER_OR_EQUAL, ">=", "ge");
    comparison(ComparisonOperator.LESS, "<", "lt", "lessthan");
    comparison(ComparisonOperator.LESS_OR_EQUAL, "<=", "le");
    comparison(ComparisonOperator.IN, "in");
    TESTS.put("odd", (rendering, arguments) -> remainder(rendering, arguments, "odd", 1));
    TESTS.put("even", (rendering, arguments) -> remainder(rendering, arguments, "even", 0));
    TESTS.put("divisibleby", Tests::isDivisible);
    TESTS.put("sameas", Tests::isSame);
  }

  private Tests() {}

  static boolean has(String name) {
    return TESTS.containsKey(name);
  }

  /**
   * @param arguments what is tested first
   */
  static boolean holds(Rendering rendering, String name, Arguments arguments) {
    Test test = TESTS.get(name);
    if (test == null) {
      throw new ChatTemplateException("No test named " + PythonText.quoted(name) + ".");
    }
    return test.holds(rendering, arguments);
  }

  private static void type(String name, Predicate<Value> predicate) {
    Signature signature = Signature.of("test_" + name, "value");
    TESTS.put(
        name,
        (rendering, arguments) -> predicate.test(signature.bind(rendering, arguments).get(0)));
  }

  private static void text(String name, Predicate<String> predicate) {
    type(name, value -> value instanceof Value.Str string && predicate.test(string.text()));
  }

  private static void comparison(ComparisonOperator operator, String... names) {
    // Python's operator module is written in C
    Signature signature =
        Signature.method("operator", names[Math.min(1, names.length - 1)], "a", "b");
    for (String name : names) {
      TESTS.put(
          name,
          (rendering, arguments) -> {
            Signature.Bound bound = signature.bind(rendering, arguments);
            return Comparison.compare(rendering, operator, bound.get(0), bound.get(1));
          });
    }
  }

  private static boolean isSequence(Value value) {
    return switch (value) {
      case Value.Str _, Value.Sequence _, Value.Dict _, Value.Range _, Undefined _ -> true;
      default -> false;
    };
  }

  private static boolean remainder(
      Rendering rendering, Arguments arguments, String name, int wanted) {
    Signature.Bound bound = Signature.of("test_" + name, "value").bind(rendering, arguments);
    Value remainder =
        Arithmetic.apply(rendering, BinaryOperator.MODULO, bound.get(0), Value.Int.of(2));
    return remainder.equals(new Value.Int(BigInteger.valueOf(wanted)));
  }

  private static boolean isDivisible(Rendering rendering, Arguments arguments) {
    Signature.Bound bound =
        Signature.of("test_divisibleby", "value", "num").bind(rendering, arguments);
    Value remainder =
        Arithmetic.apply(rendering, BinaryOperator.MODULO, bound.get(0), bound.get(1));
    return remainder.equals(Value.Int.ZERO);
  }

  private static boolean isSame(Rendering rendering, Arguments arguments) {
    Signature.Bound bound =
        Signature.of("test_sameas", "value", "other").bind(rendering, arguments);
    List<Value> both = List.of(bound.get(0), bound.get(1));
    return both.stream().allMatch(value -> value instanceof Value.Bool)
        ? both.get(0).equals(both.get(1))
        : both.get(0) == both.get(1);
  }
}
