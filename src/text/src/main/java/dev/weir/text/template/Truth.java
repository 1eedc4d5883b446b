package dev.weir.text.template;

/** Which values are true. */
final class Truth {
  private Truth() {}

  static boolean of(Value value) {
    return switch (value) {
      case Value.None _, Undefined _ -> false;
      case Value.Bool bool -> bool.value();
      case Value.Int whole -> whole.value().signum() != 0;
      case Value.Float real -> real.value() != 0;
      case Value.Str string -> !string.text().isEmpty();
      case Value.Sequence sequence -> !sequence.items().isEmpty();
      case Value.Dict dict -> !dict.entries().isEmpty();
      case Value.DictView view -> !view.dict().entries().isEmpty();
      case Value.Range range -> range.size() > 0;
      case LoopContext loop -> loop.length() > 0;
      case Value.Generator _, Value.Callable _, Value.WithAttributes _ -> true;
    };
  }
}
