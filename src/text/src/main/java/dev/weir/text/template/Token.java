package dev.weir.text.template;

/**
 * A piece of a template.
 *
 * @param text of DATA and STRING what they stand for, of the others what was written
 * @param line where it begins, from 1
 */
record Token(TokenType type, String text, int line) {
  boolean is(TokenType wanted) {
    return type == wanted;
  }

  boolean isName(String name) {
    return type == TokenType.NAME && text.equals(name);
  }

  boolean isOperator(String operator) {
    return type == TokenType.OPERATOR && text.equals(operator);
  }

  /** As an error message calls it. */
  String described() {
    return switch (type) {
      case NAME, OPERATOR -> text;
      case DATA,
          VARIABLE_BEGIN,
          VARIABLE_END,
          BLOCK_BEGIN,
          BLOCK_END,
          STRING,
          INTEGER,
          FLOAT,
          EOF ->
          type.words();
    };
  }
}
