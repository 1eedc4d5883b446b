package dev.weir.text.template;

/** Names of Python's types, as error messages have them. */
final class TypeNames {
  private TypeNames() {}

  static String of(Value value) {
    return switch (value) {
      case Value.None _ -> "NoneType";
      case Value.Bool _ -> "bool";
      case Value.Int _ -> "int";
      case Value.Float _ -> "float";
      case Value.Str string -> string.safe() ? "Markup" : "str";
      case Value.ListValue _ -> "list";
      case Value.Tuple _ -> "tuple";
      case Value.Dict _ -> "dict";
      case Value.DictView view ->
          switch (view.kind()) {
            case KEYS -> "dict_keys";
            case VALUES -> "dict_values";
            case ITEMS -> "dict_items";
          };
      case Value.Range _ -> "range";
      case Value.Generator _ -> "generator";
      case Undefined _ -> "Undefined";
      case Value.WithAttributes object -> object.typeName();
      case Value.Builtin builtin -> builtin.isMethod() ? "builtin_function_or_method" : "function";
      case Value.Callable _ -> "function";
    };
  }

  /** As Jinja writes it where an attribute or element is missing. */
  static String ofObject(Value value) {
    return switch (value) {
      case Value.None _ -> "None";
      case Value.WithAttributes object -> object.moduleName() + "." + object.typeName() + " object";
      case Value.Str string -> string.safe() ? "markupsafe.Markup object" : "str object";
      default -> of(value) + " object";
    };
  }
}
