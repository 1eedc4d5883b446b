package dev.weir.text.template;

import org.jspecify.annotations.Nullable;

/** The values of a scope's names while it is being executed. */
final class Frame {
  private final Scope scope;
  private final @Nullable Frame around;
  private final @Nullable Value[] values; // null: not set
  private @Nullable Value captured;

  private Frame(Scope scope, @Nullable Frame around) {
    this.scope = scope;
    this.around = around;
    this.values = new @Nullable Value[scope.slots().size()];
  }

  static Frame enter(Scope scope, @Nullable Frame around, Rendering rendering) {
    Frame frame = new Frame(scope, around);
    scope
        .slots()
        .forEach((name, slot) ->
            frame.values[slot] =
                switch (scope.loads().get(slot)) {
                  case RESOLVE -> rendering.resolve(name);
                  case ALIAS -> around == null ? null : around.find(name);
                  case PARAMETER, UNDEFINED -> null;
                });
    return frame;
  }

  Value get(String name) {
    Value value = find(name);
    return value == null ? Undefined.named(name) : value;
  }

  private @Nullable Value find(String name) {
    for (Frame frame = this; frame != null; frame = frame.around) {
      Integer slot = frame.scope.slot(name);
      if (slot != null) {
        return frame.values[slot];
      }
    }
    return null;
  }

  /** Sets a name of this frame's own scope. */
  void set(String name, Value value) {
    Integer slot = scope.slot(name);
    if (slot == null) {
      throw new AssertionError("the scope does not know " + name);
    }
    values[slot] = value;
  }

  boolean isSet(String name) {
    Integer slot = scope.slot(name);
    return slot != null && values[slot] != null;
  }

  void capture(Value text) {
    captured = text;
  }

  Value captured() {
    if (captured == null) {
      throw new AssertionError("no block has been rendered");
    }
    return captured;
  }
}
