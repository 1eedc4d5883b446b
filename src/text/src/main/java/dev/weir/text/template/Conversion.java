package dev.weir.text.template;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the caller of a template passes, as the template's values. */
final class Conversion {
  // As deep as the JSON reader of requests goes.
  private static final int MAX_DEPTH = 1000;

  private Conversion() {}

  /**
   * Takes what a JSON reader makes: null, Boolean, Number, CharSequence, Map, Iterable.
   *
   * @throws IllegalArgumentException for anything else
   */
  static Value value(@Nullable Object object) {
    return value(object, 0);
  }

  private static Value value(@Nullable Object object, int depth) {
    if (depth > MAX_DEPTH) {
      throw new ChatTemplateException(
          "messages and tools are nested more than " + MAX_DEPTH + " deep");
    }
    return switch (object) {
      case null -> Value.None.NONE;
      case Boolean bool -> Value.Bool.of(bool);
      case BigInteger whole -> new Value.Int(whole);
      case Double real -> new Value.Float(real);
      case Float real -> new Value.Float(real);
      case BigDecimal real -> new Value.Float(real.doubleValue());
      case Number whole -> Value.Int.of(whole.longValue());
      case CharSequence text -> new Value.Str(text.toString());
      case Map<?, ?> map -> {
        Map<Value, Value> entries = new LinkedHashMap<>();
        map.forEach((key, each) -> entries.put(key(key), value(each, depth + 1)));
        yield new Value.Dict(entries);
      }
      case Iterable<?> items -> {
        List<Value> values = new ArrayList<>();
        items.forEach(item -> values.add(value(item, depth + 1)));
        yield new Value.ListValue(values);
      }
      default ->
          throw new IllegalArgumentException(
              "a chat template takes what JSON can say, not " + object.getClass().getName());
    };
  }

  private static Value key(@Nullable Object key) {
    return new Value.Str(String.valueOf(key));
  }
}
