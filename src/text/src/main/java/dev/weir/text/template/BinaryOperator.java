package dev.weir.text.template;

/** Arithmetic of two values, with Python's symbols. */
enum BinaryOperator {
  ADD("+"),
  SUBTRACT("-"),
  MULTIPLY("*"),
  DIVIDE("/"),
  FLOOR_DIVIDE("//"),
  MODULO("%"),
  POWER("** or pow()");

  private final String symbol;

  BinaryOperator(String symbol) {
    this.symbol = symbol;
  }

  /** As Python's error messages write it. */
  String symbol() {
    return symbol;
  }
}
