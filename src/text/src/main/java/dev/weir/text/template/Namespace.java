package dev.weir.text.template;

import java.util.LinkedHashMap;
import org.jspecify.annotations.Nullable;

/** What {@code namespace()} makes: the one thing that a template can change from inside a loop. */
final class Namespace implements Value.WithAttributes {
  private final Value.Dict attributes = new Value.Dict(new LinkedHashMap<>());

  @Override
  public @Nullable Value attribute(String name) {
    return attributes.entries().get(new Value.Str(name));
  }

  void set(String name, Value value) {
    attributes.entries().put(new Value.Str(name), value);
  }

  Value.Dict attributes() {
    return attributes;
  }

  @Override
  public String typeName() {
    return "Namespace";
  }

  @Override
  public String moduleName() {
    return "jinja2.utils";
  }
}
