package dev.weir.text.template;

/** Which values can be keys of a dictionary. */
final class Hashing {
  private Hashing() {}

  /**
   * Requires a value that can be a key. The steps it takes are at least those that Java's {@code
   * hashCode} and {@code equals} then take.
   */
  static Value key(Rendering rendering, Value value) {
    rendering.enter();
    switch (value) {
      case Value.ListValue _, Value.Dict _, Value.DictView _ ->
          throw new ChatTemplateException("unhashable type: '" + TypeNames.of(value) + "'");
      case Value.Tuple tuple -> tuple.items().forEach(item -> key(rendering, item));
      case Value.Str string -> rendering.spendText(string.text().length());
      default -> {}
    }
    rendering.leave();
    return value;
  }
}
