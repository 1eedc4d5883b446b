package dev.weir.text.template;

import java.util.LinkedHashMap;
import org.jspecify.annotations.Nullable;

/** Methods of Python's {@code dict} that change nothing. */
final class DictMethods {
  private static final Methods<Value.Dict> METHODS =
      new Methods<Value.Dict>("dict")
          .with("keys", (dict, _) -> new Value.DictView(dict, Value.DictView.Kind.KEYS))
          .with("values", (dict, _) -> new Value.DictView(dict, Value.DictView.Kind.VALUES))
          .with("items", (dict, _) -> new Value.DictView(dict, Value.DictView.Kind.ITEMS))
          .with("get", DictMethods::get, "key", "default=")
          .with(
              "copy",
              (dict, arguments) -> {
                arguments.rendering().spendItems(dict.entries().size());
                return new Value.Dict(new LinkedHashMap<>(dict.entries()));
              });

  private DictMethods() {}

  static @Nullable Value find(Value.Dict dict, String name) {
    return METHODS.find(dict, name);
  }

  private static Value get(Value.Dict dict, Signature.Bound arguments) {
    Value value = dict.entries().get(Hashing.key(arguments.rendering(), arguments.get(0)));
    return value == null ? arguments.or(1, Value.None.NONE) : value;
  }
}
