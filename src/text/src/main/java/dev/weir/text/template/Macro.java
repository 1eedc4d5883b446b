package dev.weir.text.template;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A macro, or the body of a {@code call} block.
 *
 * <p>Beside its parameters a macro that mentions {@code caller}, {@code kwargs} or {@code varargs}
 * takes the body of the {@code call} block that calls it and the arguments that are left over.
 */
final class Macro implements Value.Callable, Value.WithAttributes {
  static final List<String> IMPLIED_PARAMETERS = List.of("caller", "kwargs", "varargs");

  /** Renders the body. An argument that is missing is not in the map. */
  interface Body {
    Value render(Map<String, Value> arguments);
  }

  private final String name;
  private final List<String> parameters;
  private final Scope scope;
  private final Body body;

  /**
   * @param name empty for a call block's body
   * @param scope of the body: tells which implied parameters it mentions
   */
  Macro(String name, List<Statement.Parameter> parameters, Scope scope, Body body) {
    this.name = name;
    this.parameters = parameters.stream().map(Statement.Parameter::name).toList();
    this.scope = scope;
    this.body = body;
  }

  String name() {
    return name;
  }

  boolean isAnonymous() {
    return name.isEmpty();
  }

  @Override
  public Value call(Rendering rendering, Arguments arguments) {
    Map<String, Value> values = new LinkedHashMap<>();
    Map<String, Value> named = new LinkedHashMap<>(arguments.named());
    List<Value> positional = arguments.positional();
    int given = Math.min(positional.size(), parameters.size());
    for (int i = 0; i < parameters.size(); i++) {
      Value value = i < given ? positional.get(i) : named.remove(parameters.get(i));
      if (value != null) {
        values.put(parameters.get(i), value);
      }
    }
    if (takes("caller")) {
      Value caller = named.remove("caller");
      values.put("caller", caller == null ? Undefined.because("No caller defined") : caller);
    }
    if (takes("kwargs")) {
      values.put("kwargs", dict(named));
    } else if (!named.isEmpty()) {
      throw unknownKeyword(named);
    }
    if (takes("varargs")) {
      values.put(
          "varargs",
          new Value.Tuple(new ArrayList<>(positional.subList(given, positional.size()))));
    } else if (positional.size() > parameters.size()) {
      throw new ChatTemplateException(
          "macro %s takes not more than %d argument(s)".formatted(shownName(), parameters.size()));
    }
    return body.render(values);
  }

  private boolean takes(String implied) {
    return scope.isParameter(implied) && !parameters.contains(implied);
  }

  private static Value dict(Map<String, Value> named) {
    Map<Value, Value> entries = new LinkedHashMap<>();
    named.forEach((key, value) -> entries.put(new Value.Str(key), value));
    return new Value.Dict(entries);
  }

  private ChatTemplateException unknownKeyword(Map<String, Value> named) {
    return new ChatTemplateException(
        named.containsKey("caller")
            ? "macro %s was invoked with two values for the special caller argument. This is most"
                    .formatted(shownName())
                + " likely a bug."
            : "macro %s takes no keyword argument %s"
                .formatted(shownName(), PythonText.quoted(named.keySet().iterator().next())));
  }

  private String shownName() {
    return isAnonymous() ? "None" : PythonText.quoted(name);
  }

  @Override
  public @Nullable Value attribute(String attribute) {
    return switch (attribute) {
      case "name" -> isAnonymous() ? Value.None.NONE : new Value.Str(name);
      case "arguments" -> new Value.Tuple(parameters.stream().<Value>map(Value.Str::new).toList());
      case "catch_kwargs" -> Value.Bool.of(takes("kwargs"));
      case "catch_varargs" -> Value.Bool.of(takes("varargs"));
      case "caller" -> Value.Bool.of(takes("caller"));
      default -> null;
    };
  }

  @Override
  public String typeName() {
    return "Macro";
  }

  @Override
  public String moduleName() {
    return "jinja2.runtime";
  }
}
