package dev.weir.text.template;

/**
 * A name, attribute or item that is not there. It prints as nothing, is false, empty and equal to
 * any other; everything else that is done with it fails with its message.
 */
final class Undefined implements Value {
  private final String message;

  private Undefined(String message) {
    this.message = message;
  }

  static Undefined because(String message) {
    return new Undefined(message);
  }

  static Undefined named(String name) {
    return new Undefined(PythonText.quoted(name) + " is undefined");
  }

  static Undefined attribute(Value of, String name) {
    return new Undefined(
        PythonText.quoted(TypeNames.ofObject(of)) + " has no attribute " + PythonText.quoted(name));
  }

  static Undefined element(Rendering rendering, Value of, Value index) {
    return index instanceof Str name
        ? attribute(of, name.text())
        : new Undefined(
            TypeNames.ofObject(of) + " has no element " + PythonText.repr(rendering, index));
  }

  /**
   * An attribute that exists in Python and is kept from templates, such as those that change a
   * list.
   */
  static Undefined unsafe(Value of, String name) {
    return new Undefined(
        "access to attribute "
            + PythonText.quoted(name)
            + " of "
            + PythonText.quoted(TypeNames.of(of))
            + " object is unsafe.");
  }

  ChatTemplateException error() {
    return new ChatTemplateException(message);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Undefined;
  }

  @Override
  public int hashCode() {
    return 0;
  }
}
