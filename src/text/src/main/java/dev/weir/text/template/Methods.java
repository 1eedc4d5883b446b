package dev.weir.text.template;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The methods of a type.
 *
 * @param <T> the type
 */
final class Methods<T extends Value> {
  interface Body<T> {
    Value call(T self, Signature.Bound arguments);
  }

  private record Method<T>(Signature signature, Body<T> body) {}

  private final String type;
  private final Map<String, Method<T>> methods = new HashMap<>();

  /**
   * @param type Python's name of it
   */
  Methods(String type) {
    this.type = type;
  }

  /**
   * @param parameters names, without that of the object; those with a default end in {@code =}
   */
  Methods<T> with(String name, Body<T> body, String... parameters) {
    methods.put(name, new Method<>(Signature.method(type, name, parameters), body));
    return this;
  }

  /** A method that remembers its object, or null. */
  @Nullable Value find(T self, String name) {
    Method<T> method = methods.get(name);
    if (method == null) {
      return null;
    }
    return Value.Builtin.method(
        name,
        (rendering, arguments) ->
            method.body().call(self, method.signature().bind(rendering, arguments)));
  }
}
