package dev.weir.text.template;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is executed. Lines are those of the template, from 1. */
sealed interface Statement {
  int line();

  /** Text that stands outside of tags. */
  record Text(String text, int line) implements Statement {}

  record Print(Expression value, int line) implements Statement {}

  /**
   * @param branches {@code if} and each {@code elif}
   */
  record If(List<Branch> branches, List<Statement> otherwise, int line) implements Statement {}

  record Branch(Expression test, List<Statement> body, int line) {}

  record For(
      Target target,
      Expression iterable,
      @Nullable Expression test,
      boolean recursive,
      List<Statement> body,
      List<Statement> otherwise,
      int line)
      implements Statement {}

  record Assign(Target target, Expression value, int line) implements Statement {}

  /**
   * {@code {% set target | filter %}body{% endset %}}.
   *
   * @param filter applied to {@link Expression.Captured}
   */
  record AssignBlock(Target target, Expression filter, List<Statement> body, int line)
      implements Statement {}

  record Macro(String name, List<Parameter> parameters, List<Statement> body, int line)
      implements Statement {}

  record Parameter(String name, @Nullable Expression defaultValue) {}

  /**
   * {@code {% call(parameters) call %}body{% endcall %}}: the body is the call's {@code caller}.
   */
  record CallBlock(List<Parameter> parameters, Expression.Call call, List<Statement> body, int line)
      implements Statement {}

  /**
   * @param filter applied to {@link Expression.Captured}
   */
  record FilterBlock(Expression filter, List<Statement> body, int line) implements Statement {}

  record With(List<Assignment> assignments, List<Statement> body, int line) implements Statement {}

  record Assignment(Target target, Expression value) {}

  /**
   * Transformers' {@code generation}: marks what the assistant wrote, for training. Here it only
   * has its own scope.
   */
  record Generation(List<Statement> body, int line) implements Statement {}

  record Block(String name, List<Statement> body, int line) implements Statement {}

  record Break(int line) implements Statement {}

  record Continue(int line) implements Statement {}
}
