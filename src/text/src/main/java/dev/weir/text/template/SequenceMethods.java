package dev.weir.text.template;

import org.jspecify.annotations.Nullable;

/** Methods of Python's {@code list} and {@code tuple} that change nothing. */
final class SequenceMethods {
  private static final Methods<Value.Sequence> METHODS =
      new Methods<Value.Sequence>("list")
          .with("index", SequenceMethods::index, "value", "start=", "stop=")
          .with("count", SequenceMethods::count, "value");
  private static final Methods<Value.ListValue> OF_LISTS =
      new Methods<Value.ListValue>("list")
          .with(
              "copy",
              (list, arguments) ->
                  new Value.ListValue(Iteration.toList(arguments.rendering(), list)));

  private SequenceMethods() {}

  static @Nullable Value find(Value.Sequence sequence, String name) {
    Value method = METHODS.find(sequence, name);
    return method == null && sequence instanceof Value.ListValue list
        ? OF_LISTS.find(list, name)
        : method;
  }

  private static Value index(Value.Sequence sequence, Signature.Bound arguments) {
    Slice slice =
        Slice.of(
            arguments.or(1, Value.None.NONE),
            arguments.or(2, Value.None.NONE),
            Value.None.NONE,
            sequence.items().size());
    for (int i = slice.first(); i < slice.first() + slice.count(); i++) {
      if (Comparison.equal(arguments.rendering(), sequence.items().get(i), arguments.get(0))) {
        return Value.Int.of(i);
      }
    }
    throw new ChatTemplateException(
        sequence instanceof Value.Tuple
            ? "tuple.index(x): x not in tuple"
            : PythonText.repr(arguments.rendering(), arguments.get(0)) + " is not in list");
  }

  private static Value count(Value.Sequence sequence, Signature.Bound arguments) {
    int count = 0;
    for (Value item : sequence.items()) {
      if (Comparison.equal(arguments.rendering(), item, arguments.get(0))) {
        count++;
      }
    }
    return Value.Int.of(count);
  }
}
