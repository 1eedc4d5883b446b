package dev.weir.text.template;

/** Kinds of tokens, with the words that error messages use for them. */
enum TokenType {
  DATA("template data / text"),
  VARIABLE_BEGIN("begin of print statement"),
  VARIABLE_END("end of print statement"),
  BLOCK_BEGIN("begin of statement block"),
  BLOCK_END("end of statement block"),
  NAME("name"),
  STRING("string"),
  INTEGER("integer"),
  FLOAT("float"),
  OPERATOR("operator"),
  EOF("end of template");

  private final String words;

  TokenType(String words) {
    this.words = words;
  }

  String words() {
    return words;
  }
}
