package dev.weir.text.template;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a template computes with: the types of Python that it can meet. Java's {@code equals} and
 * {@code hashCode} of values that can be keys are Python's {@code ==} and {@code hash}; {@link
 * Comparison} compares all others.
 */
sealed interface Value
    permits Value.None,
        Value.Numeric,
        Value.Str,
        Value.Sequence,
        Value.Dict,
        Value.DictView,
        Value.Range,
        Value.Generator,
        Value.Callable,
        Value.WithAttributes,
        Undefined {

  enum None implements Value {
    NONE
  }

  /** What Python calculates with. Numbers of different types are equal where their values are. */
  sealed interface Numeric extends Value {
    static boolean equal(Numeric left, Numeric right) {
      if (left instanceof Float a && right instanceof Float b) {
        return a.value() == b.value();
      }
      if (left instanceof Float a) {
        return isExactly(a.value(), integer(right));
      }
      return right instanceof Float b
          ? isExactly(b.value(), integer(left))
          : integer(left).equals(integer(right));
    }

    static int hash(Numeric number) {
      if (number instanceof Float real) {
        boolean whole = !Double.isInfinite(real.value()) && real.value() == Math.rint(real.value());
        return whole
            ? new BigDecimal(real.value()).toBigInteger().hashCode()
            : Double.hashCode(real.value());
      }
      return integer(number).hashCode();
    }

    /** The value of an integer or boolean. */
    static BigInteger integer(Numeric number) {
      return switch (number) {
        case Bool bool -> bool.value() ? BigInteger.ONE : BigInteger.ZERO;
        case Int whole -> whole.value();
        case Float real -> throw new AssertionError("not an integer: " + real);
      };
    }

    private static boolean isExactly(double real, BigInteger whole) {
      return !Double.isNaN(real)
          && !Double.isInfinite(real)
          && new BigDecimal(real).compareTo(new BigDecimal(whole)) == 0;
    }
  }

  /** Python's booleans are the integers 0 and 1 with other names. */
  record Bool(boolean value) implements Numeric {
    static final Bool TRUE = new Bool(true);
    static final Bool FALSE = new Bool(false);

    static Bool of(boolean value) {
      return value ? TRUE : FALSE;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Numeric number && Numeric.equal(this, number);
    }

    @Override
    public int hashCode() {
      return Numeric.hash(this);
    }
  }

  record Int(BigInteger value) implements Numeric {
    static final Int ZERO = new Int(BigInteger.ZERO);

    static Int of(long value) {
      return new Int(BigInteger.valueOf(value));
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Numeric number && Numeric.equal(this, number);
    }

    @Override
    public int hashCode() {
      return Numeric.hash(this);
    }
  }

  record Float(double value) implements Numeric {
    @Override
    public boolean equals(Object other) {
      return other instanceof Numeric number && Numeric.equal(this, number);
    }

    @Override
    public int hashCode() {
      return Numeric.hash(this);
    }
  }

  /**
   * Text. Python counts it in code points, see {@link CodePoints}.
   *
   * @param safe whether it went through {@code safe} or {@code escape}: what is added to it is then
   *     escaped for HTML
   */
  record Str(String text, boolean safe) implements Value {
    static final Str EMPTY = new Str("");

    Str(String text) {
      this(text, false);
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Str string && text.equals(string.text);
    }

    @Override
    public int hashCode() {
      return text.hashCode();
    }
  }

  /** A list or tuple. */
  sealed interface Sequence extends Value {
    List<Value> items();
  }

  record ListValue(List<Value> items) implements Sequence {}

  record Tuple(List<Value> items) implements Sequence {
    static Tuple of(Value... items) {
      return new Tuple(List.of(items));
    }
  }

  /** A dictionary, which keeps the order of its entries. */
  record Dict(Map<Value, Value> entries) implements Value {}

  /** What {@code keys()}, {@code values()} and {@code items()} of a dictionary return. */
  record DictView(Dict dict, Kind kind) implements Value {
    enum Kind {
      KEYS,
      VALUES,
      ITEMS
    }
  }

  /**
   * {@code range(start, stop, step)}.
   *
   * @param size number of its items
   */
  record Range(long start, long stop, long step, int size) implements Value {
    Int get(int index) {
      return Int.of(start + index * step);
    }
  }

  /** What can be called. */
  non-sealed interface Callable extends Value {
    /**
     * @throws ChatTemplateException where the arguments do not fit, among others
     */
    Value call(Rendering rendering, Arguments arguments);
  }

  /** A function or method of ours. */
  final class Builtin implements Callable {
    private final String name;
    private final boolean method;
    private final Body body;

    private Builtin(String name, boolean method, Body body) {
      this.name = name;
      this.method = method;
      this.body = body;
    }

    static Builtin function(String name, Body body) {
      return new Builtin(name, false, body);
    }

    static Builtin method(String name, Body body) {
      return new Builtin(name, true, body);
    }

    interface Body {
      Value call(Rendering rendering, Arguments arguments);
    }

    String name() {
      return name;
    }

    boolean isMethod() {
      return method;
    }

    @Override
    public Value call(Rendering rendering, Arguments arguments) {
      return body.call(rendering, arguments);
    }
  }

  /** An object with attributes of its own. */
  non-sealed interface WithAttributes extends Value {
    @Nullable Value attribute(String name);

    /** The name of its Python type. */
    String typeName();

    /** The module of its Python type. */
    String moduleName();
  }

  /** An iterator: it has no length and can be passed through once. */
  final class Generator implements Value {
    private final Iterator<Value> items;
    private final String name;

    Generator(String name, Iterator<Value> items) {
      this.name = name;
      this.items = items;
    }

    Iterator<Value> items() {
      return items;
    }

    String name() {
      return name;
    }
  }
}
