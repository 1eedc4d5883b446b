package dev.weir.text.template;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Function;

/** Passing through the items of a value. */
final class Iteration {
  private Iteration() {}

  /** The items; each uses up a step of the rendering. */
  static Iterator<Value> of(Rendering rendering, Value value) {
    return map(
        items(value),
        item -> {
          rendering.spend(1);
          return item;
        });
  }

  static List<Value> toList(Rendering rendering, Value value) {
    List<Value> list = new ArrayList<>();
    of(rendering, value).forEachRemaining(list::add);
    return list;
  }

  static <A, B> Iterator<B> map(Iterator<A> items, Function<? super A, ? extends B> function) {
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return items.hasNext();
      }

      @Override
      public B next() {
        return function.apply(items.next());
      }
    };
  }

  private static Iterator<Value> items(Value value) {
    return switch (value) {
      case Value.Sequence sequence -> sequence.items().iterator();
      case Value.Str string ->
          map(string.text().codePoints().iterator(), c -> new Value.Str(Character.toString(c)));
      case Value.Dict dict -> dict.entries().keySet().iterator();
      case Value.DictView view -> of(view);
      case Value.Range range ->
          new Iterator<>() {
            private int next;

            @Override
            public boolean hasNext() {
              return next < range.size();
            }

            @Override
            public Value next() {
              return range.get(next++);
            }
          };
      case Value.Generator generator -> generator.items();
      case Undefined _ -> List.<Value>of().iterator();
      case LoopContext loop -> map(loop, item -> Value.Tuple.of(item, loop));
      case Value.None _, Value.Numeric _, Value.Callable _, Value.WithAttributes _ ->
          throw notIterable(value);
    };
  }

  private static Iterator<Value> of(Value.DictView view) {
    var entries = view.dict().entries();
    return switch (view.kind()) {
      case KEYS -> entries.keySet().iterator();
      case VALUES -> entries.values().iterator();
      case ITEMS ->
          map(
              entries.entrySet().iterator(),
              entry -> Value.Tuple.of(entry.getKey(), entry.getValue()));
    };
  }

  static ChatTemplateException notIterable(Value value) {
    return new ChatTemplateException("'" + TypeNames.of(value) + "' object is not iterable");
  }

  static boolean isIterable(Value value) {
    return switch (value) {
      case LoopContext _ -> true;
      case Value.None _, Value.Numeric _, Value.Callable _, Value.WithAttributes _ -> false;
      default -> true;
    };
  }

  /** Number of items where it is known without passing through them. */
  static OptionalInt size(Value value) {
    return switch (value) {
      case Value.Str string -> OptionalInt.of(CodePoints.length(string.text()));
      case Value.Sequence sequence -> OptionalInt.of(sequence.items().size());
      case Value.Dict dict -> OptionalInt.of(dict.entries().size());
      case Value.DictView view -> OptionalInt.of(view.dict().entries().size());
      case Value.Range range -> OptionalInt.of(range.size());
      case Undefined _ -> OptionalInt.of(0);
      case LoopContext loop -> OptionalInt.of(loop.length());
      default -> OptionalInt.empty();
    };
  }

  /** {@code len()}. */
  static Value.Int length(Value value) {
    OptionalInt size = size(value);
    if (size.isEmpty()) {
      throw new ChatTemplateException("object of type '" + TypeNames.of(value) + "' has no len()");
    }
    return new Value.Int(BigInteger.valueOf(size.getAsInt()));
  }
}
