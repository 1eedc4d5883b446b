package dev.weir.text.template;

/** Text for HTML. */
final class Markup {
  private Markup() {}

  static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace(">", "&gt;")
        .replace("<", "&lt;")
        .replace("'", "&#39;")
        .replace("\"", "&#34;");
  }

  /** {@code left + right}: beside safe text, other text is escaped. */
  static Value.Str add(Rendering rendering, Value.Str left, Value.Str right) {
    boolean safe = left.safe() || right.safe();
    String a = safe && !left.safe() ? escape(left.text()) : left.text();
    String b = safe && !right.safe() ? escape(right.text()) : right.text();
    rendering.spendText((long) a.length() + b.length());
    return new Value.Str(a.concat(b), safe);
  }

  static Value.Str safe(Rendering rendering, Value value) {
    return new Value.Str(PythonText.str(rendering, value), true);
  }

  static Value.Str escaped(Rendering rendering, Value value) {
    return value instanceof Value.Str string && string.safe()
        ? string
        : new Value.Str(rendering.text(escape(PythonText.str(rendering, value))).text(), true);
  }
}
