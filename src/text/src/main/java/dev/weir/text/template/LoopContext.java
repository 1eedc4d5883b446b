package dev.weir.text.template;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** The variable {@code loop}: where a loop stands. It reads ahead only when asked about the end. */
final class LoopContext implements Value.Callable, Value.WithAttributes, Iterator<Value> {
  /** Renders a recursive loop's body for inner items. */
  interface Recursion {
    Value render(Value items, int depth);
  }

  private final Rendering rendering;
  private final OptionalInt size;
  private final @Nullable Recursion recursion;
  private final int depth;
  private Iterator<Value> items;
  private int index = -1;
  private @Nullable Value before;
  private @Nullable Value current;
  private @Nullable Value after; // read ahead
  private int length = -1;
  private @Nullable List<Value> lastChanged;

  /**
   * @param size number of items where it is known without passing through them
   * @param recursion null where the loop is not recursive
   * @param depth number of loops of the same recursion around this one
   */
  LoopContext(
      Rendering rendering,
      Iterator<Value> items,
      OptionalInt size,
      @Nullable Recursion recursion,
      int depth) {
    this.rendering = rendering;
    this.items = items;
    this.size = size;
    this.recursion = recursion;
    this.depth = depth;
  }

  @Override
  public boolean hasNext() {
    return after != null || items.hasNext();
  }

  @Override
  public Value next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    Value next = after == null ? items.next() : after;
    after = null;
    index++;
    before = current;
    current = next;
    return next;
  }

  /** Counted from 1. */
  int index() {
    return index + 1;
  }

  int length() {
    if (length < 0) {
      length = size.isPresent() ? size.getAsInt() : count();
    }
    return length;
  }

  private int count() {
    List<Value> rest = new ArrayList<>();
    items.forEachRemaining(rest::add);
    items = rest.iterator();
    return rest.size() + index() + (after == null ? 0 : 1);
  }

  private @Nullable Value peek() {
    if (after == null && items.hasNext()) {
      after = items.next();
    }
    return after;
  }

  @Override
  public @Nullable Value attribute(String name) {
    return switch (name) {
      case "index" -> Value.Int.of(index());
      case "index0" -> Value.Int.of(index);
      case "revindex" -> Value.Int.of(length() - index);
      case "revindex0" -> Value.Int.of(length() - index());
      case "first" -> Value.Bool.of(index == 0);
      case "last" -> Value.Bool.of(peek() == null);
      case "length" -> Value.Int.of(length());
      case "depth" -> Value.Int.of(depth + 1);
      case "depth0" -> Value.Int.of(depth);
      case "previtem" -> before == null ? Undefined.because("there is no previous item") : before;
      case "nextitem" -> {
        Value next = peek();
        yield next == null ? Undefined.because("there is no next item") : next;
      }
      case "cycle" ->
          Value.Builtin.method("cycle", (_, arguments) -> cycle(arguments.positional()));
      case "changed" ->
          Value.Builtin.method("changed", (_, arguments) -> changed(arguments.positional()));
      default -> null;
    };
  }

  private Value cycle(List<Value> values) {
    if (values.isEmpty()) {
      throw new ChatTemplateException("no items for cycling given");
    }
    return values.get(index % values.size());
  }

  private Value changed(List<Value> values) {
    boolean changed =
        lastChanged == null
            || !Comparison.equal(
                rendering, new Value.ListValue(lastChanged), new Value.ListValue(values));
    lastChanged = values;
    return Value.Bool.of(changed);
  }

  @Override
  public Value call(Rendering ignored, Arguments arguments) {
    if (recursion == null) {
      throw new ChatTemplateException(
          "The loop must have the 'recursive' marker to be called recursively.");
    }
    if (arguments.positional().size() != 1) {
      throw new ChatTemplateException("loop() takes the items to loop over");
    }
    return recursion.render(arguments.positional().getFirst(), depth + 1);
  }

  @Override
  public String typeName() {
    return "LoopContext";
  }

  @Override
  public String moduleName() {
    return "jinja2.runtime";
  }
}
