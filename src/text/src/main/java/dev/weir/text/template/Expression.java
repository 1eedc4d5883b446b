package dev.weir.text.template;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What yields a value. Lines are those of the template, from 1. */
sealed interface Expression {
  record Literal(Value value) implements Expression {}

  record Name(String name) implements Expression {}

  /** {@code ns.attribute} where it is assigned to. */
  record NamespaceAttribute(String name, String attribute) implements Expression {}

  record TupleLiteral(List<Expression> items) implements Expression {}

  record ListLiteral(List<Expression> items) implements Expression {}

  record DictLiteral(List<Pair> pairs) implements Expression {}

  record Pair(Expression key, Expression value) {}

  record Unary(boolean negative, Expression operand) implements Expression {}

  record Binary(BinaryOperator operator, Expression left, Expression right) implements Expression {}

  record Not(Expression operand) implements Expression {}

  record And(Expression left, Expression right) implements Expression {}

  record Or(Expression left, Expression right) implements Expression {}

  /** A chain such as {@code a < b <= c}. */
  record Compare(Expression first, List<Operand> rest) implements Expression {}

  record Operand(ComparisonOperator operator, Expression value) {}

  /** {@code a ~ b ~ c}. */
  record Concat(List<Expression> parts) implements Expression {}

  /** {@code then if test else otherwise}. */
  record Conditional(Expression test, Expression then, @Nullable Expression otherwise, int line)
      implements Expression {}

  record Attribute(Expression target, String name) implements Expression {}

  record Item(Expression target, Expression index) implements Expression {}

  record Slice(
      Expression target,
      @Nullable Expression start,
      @Nullable Expression stop,
      @Nullable Expression step)
      implements Expression {}

  record Call(Expression target, CallArguments arguments) implements Expression {}

  record FilterCall(Expression operand, String name, CallArguments arguments, int line)
      implements Expression {}

  record TestCall(Expression operand, String name, CallArguments arguments, int line)
      implements Expression {}

  /** The text that a {@code filter} or block {@code set} statement has rendered. */
  record Captured() implements Expression {}

  /**
   * @param star what follows {@code *}
   * @param doubleStar what follows {@code **}
   */
  record CallArguments(
      List<Expression> positional,
      List<Keyword> keywords,
      @Nullable Expression star,
      @Nullable Expression doubleStar) {
    static final CallArguments NONE = new CallArguments(List.of(), List.of(), null, null);
  }

  record Keyword(String name, Expression value) {}
}
