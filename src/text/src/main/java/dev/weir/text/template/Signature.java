package dev.weir.text.template;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of a Python function.
 *
 * @param function its name, for error messages
 * @param required number of leading parameters that have no default
 * @param owner the type that it is a method of, for those that Python has in C, else empty: their
 *     errors have other words
 */
record Signature(String function, List<String> parameters, int required, String owner) {

  /**
   * A function written in Python.
   *
   * @param parameters names; those with a default end in {@code =}
   */
  static Signature of(String function, String... parameters) {
    return method("", function, parameters);
  }

  /**
   * A method written in C.
   *
   * @param parameters names; those with a default end in {@code =}
   */
  static Signature method(String owner, String function, String... parameters) {
    int required = 0;
    while (required < parameters.length && !parameters[required].endsWith("=")) {
      required++;
    }
    List<String> names = List.of(parameters).stream().map(name -> name.replace("=", "")).toList();
    return new Signature(function, names, required, owner);
  }

  Bound bind(Rendering rendering, Arguments arguments) {
    @Nullable Value[] values = new @Nullable Value[parameters.size()];
    int given = arguments.positional().size();
    if (given > values.length
        || (!owner.isEmpty() && given + arguments.named().size() < required)) {
      throw wrongCount(given);
    }
    for (int i = 0; i < given; i++) {
      values[i] = arguments.positional().get(i);
    }
    for (Map.Entry<String, Value> named : arguments.named().entrySet()) {
      int index = parameters.indexOf(named.getKey());
      if (index < 0) {
        throw new ChatTemplateException(
            function + "() got an unexpected keyword argument '" + named.getKey() + "'");
      }
      if (values[index] != null) {
        throw new ChatTemplateException(
            function + "() got multiple values for argument '" + named.getKey() + "'");
      }
      values[index] = named.getValue();
    }
    requireAll(values);
    return new Bound(rendering, this, values);
  }

  private ChatTemplateException wrongCount(int given) {
    int most = parameters.size();
    if (owner.isEmpty()) {
      return new ChatTemplateException(
          "%s() takes %s positional argument%s but %d %s given"
              .formatted(
                  function,
                  required == most ? Integer.toString(most) : "from " + required + " to " + most,
                  most == 1 ? "" : "s",
                  given,
                  given == 1 ? "was" : "were"));
    }
    if (most <= 1 && required == most) {
      return new ChatTemplateException(
          "%s.%s() takes %s (%d given)"
              .formatted(
                  owner, function, most == 0 ? "no arguments" : "exactly one argument", given));
    }
    int bound = given < required ? required : most;
    String side = required == most ? "" : given < required ? "at least " : "at most ";
    return new ChatTemplateException(
        "%s expected %s%d argument%s, got %d"
            .formatted(function, side, bound, bound == 1 ? "" : "s", given));
  }

  private void requireAll(@Nullable Value[] values) {
    List<String> missing =
        parameters.subList(0, required).stream()
            .filter(name -> values[parameters.indexOf(name)] == null)
            .map(name -> "'" + name + "'")
            .toList();
    if (!missing.isEmpty()) {
      throw new ChatTemplateException(
          "%s() missing %d required positional argument%s: %s"
              .formatted(
                  function,
                  missing.size(),
                  missing.size() == 1 ? "" : "s",
                  String.join(" and ", missing)));
    }
  }

  /** Arguments by the index of their parameter. */
  static final class Bound {
    private final Rendering rendering;
    private final Signature signature;
    private final @Nullable Value[] values;

    private Bound(Rendering rendering, Signature signature, @Nullable Value[] values) {
      this.rendering = rendering;
      this.signature = signature;
      this.values = values;
    }

    Rendering rendering() {
      return rendering;
    }

    @Nullable Value find(int index) {
      return values[index];
    }

    /** An argument; a parameter without default always has one. */
    Value get(int index) {
      Value value = values[index];
      if (value == null) {
        throw new AssertionError("parameter " + index + " has no default");
      }
      return value;
    }

    Value or(int index, Value defaultValue) {
      Value value = values[index];
      return value == null ? defaultValue : value;
    }

    /** Whether an argument was given that is not None. */
    boolean has(int index) {
      return values[index] != null && values[index] != Value.None.NONE;
    }

    boolean flag(int index, boolean defaultValue) {
      Value value = values[index];
      return value == null ? defaultValue : Truth.of(value);
    }

    int integer(int index, int defaultValue) {
      Value value = values[index];
      return value == null ? defaultValue : Numbers.index(value);
    }

    /** {@code str()} of an argument. */
    String text(int index, String defaultValue) {
      Value value = values[index];
      return value == null ? defaultValue : PythonText.str(rendering, value);
    }

    /** An argument that has to be a string. */
    String string(int index) {
      String which = signature.parameters().size() > 1 ? "argument " + (index + 1) : "argument";
      return string(index, signature.function() + "() " + which + " must be str, not %s");
    }

    /**
     * @param error for anything but a string, with a place for its type
     */
    String string(int index, String error) {
      if (get(index) instanceof Value.Str string) {
        return string.text();
      }
      throw new ChatTemplateException(error.formatted(TypeNames.of(get(index))));
    }
  }
}
