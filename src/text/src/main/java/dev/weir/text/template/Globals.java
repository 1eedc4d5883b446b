package dev.weir.text.template;

import java.math.BigInteger;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The functions that every template can call. */
final class Globals {
  private static final Map<String, Value> GLOBALS = new HashMap<>();

  static {
    add("range", Globals::range);
    add("dict", Globals::dict);
    add("namespace", Globals::namespace);
    add("cycler", (_, arguments) -> new Cycler(arguments.positional()));
    add("joiner", Globals::joiner);
    add("raise_exception", Globals::raiseException);
    add("strftime_now", Globals::strftimeNow);
  }

  private Globals() {}

  private static void add(String name, Value.Builtin.Body function) {
    GLOBALS.put(name, Value.Builtin.function(name, function));
  }

  static @Nullable Value get(String name) {
    return GLOBALS.get(name);
  }

  private static Value range(Rendering rendering, Arguments arguments) {
    List<Value> given = arguments.positional();
    if (given.isEmpty() || given.size() > 3) {
      throw new ChatTemplateException(
          "range expected at %s, got %d"
              .formatted(given.isEmpty() ? "least 1 argument" : "most 3 arguments", given.size()));
    }
    if (!arguments.named().isEmpty()) {
      throw new ChatTemplateException("range() takes no keyword arguments");
    }
    long[] bounds = new long[given.size()];
    for (int i = 0; i < bounds.length; i++) {
      bounds[i] = bound(given.get(i));
    }
    long start = bounds.length == 1 ? 0 : bounds[0];
    long stop = bounds.length == 1 ? bounds[0] : bounds[1];
    long step = bounds.length == 3 ? bounds[2] : 1;
    if (step == 0) {
      throw new ChatTemplateException("range() arg 3 must not be zero");
    }
    long distance = step > 0 ? stop - start : start - stop;
    long size = distance <= 0 ? 0 : (distance - 1) / Math.abs(step) + 1;
    int limit = rendering.limits().rangeItems();
    if (size > limit) {
      throw new ChatTemplateException(
          "Range too big. The sandbox blocks ranges larger than MAX_RANGE (" + limit + ").");
    }
    return new Value.Range(start, stop, step, (int) size);
  }

  private static long bound(Value value) {
    BigInteger whole = Numbers.whole(value);
    if (value instanceof Undefined undefined) {
      throw undefined.error();
    }
    if (whole == null) {
      throw new ChatTemplateException(
          "'" + TypeNames.of(value) + "' object cannot be interpreted as an integer");
    }
    if (whole.bitLength() > 48) {
      throw new ChatTemplateException("a bound of range() has more than 48 bits");
    }
    return whole.longValueExact();
  }

  /** {@code dict(pairs, key=value)}. */
  static Value.Dict dict(Rendering rendering, Arguments arguments) {
    if (arguments.positional().size() > 1) {
      throw new ChatTemplateException(
          "dict expected at most 1 argument, got " + arguments.positional().size());
    }
    Map<Value, Value> entries = new LinkedHashMap<>();
    if (!arguments.positional().isEmpty()) {
      Value from = arguments.positional().getFirst();
      if (from instanceof Value.Dict other) {
        rendering.spendItems(other.entries().size());
        entries.putAll(other.entries());
      } else {
        Iterator<Value> pairs = Iteration.of(rendering, from);
        while (pairs.hasNext()) {
          List<Value> pair = Unpacking.of(rendering, pairs.next(), 2);
          entries.put(Hashing.key(rendering, pair.get(0)), pair.get(1));
        }
      }
    }
    arguments.named().forEach((name, value) -> entries.put(new Value.Str(name), value));
    return new Value.Dict(entries);
  }

  private static Value namespace(Rendering rendering, Arguments arguments) {
    Namespace namespace = new Namespace();
    dict(rendering, arguments)
        .entries()
        .forEach((name, value) -> namespace.set(PythonText.str(rendering, name), value));
    return namespace;
  }

  private static Value joiner(Rendering rendering, Arguments arguments) {
    String separator = Signature.of("joiner", "sep=").bind(rendering, arguments).text(0, ", ");
    boolean[] used = new boolean[1];
    return Value.Builtin.method(
        "joiner",
        (_, _) -> {
          Value part = used[0] ? new Value.Str(separator) : Value.Str.EMPTY;
          used[0] = true;
          return part;
        });
  }

  private static Value raiseException(Rendering rendering, Arguments arguments) {
    throw new ChatTemplateException(
        Signature.of("raise_exception", "message").bind(rendering, arguments).text(0, ""));
  }

  private static Value strftimeNow(Rendering rendering, Arguments arguments) {
    String format = Signature.of("strftime_now", "format").bind(rendering, arguments).string(0);
    return rendering.text(Strftime.format(rendering.clock(), format));
  }

  /** Passes through values over and over. */
  private static final class Cycler implements Value.WithAttributes {
    private final List<Value> values;
    private int next;

    Cycler(List<Value> values) {
      if (values.isEmpty()) {
        throw new ChatTemplateException("at least one item has to be provided");
      }
      this.values = values;
    }

    @Override
    public @Nullable Value attribute(String name) {
      return switch (name) {
        case "current" -> values.get(next);
        case "next" ->
            Value.Builtin.method(
                name,
                (_, _) -> {
                  Value current = values.get(next);
                  next = (next + 1) % values.size();
                  return current;
                });
        case "reset" ->
            Value.Builtin.method(
                name,
                (_, _) -> {
                  next = 0;
                  return Value.None.NONE;
                });
        default -> null;
      };
    }

    @Override
    public String typeName() {
      return "Cycler";
    }

    @Override
    public String moduleName() {
      return "jinja2.utils";
    }
  }
}
