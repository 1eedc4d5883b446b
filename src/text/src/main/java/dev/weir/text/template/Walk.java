package dev.weir.text.template;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Visits every expression of a template. */
final class Walk {
  // Evaluating needs the stack about as deep as this.
  private static final int MAX_DEPTH = 300;

  private Walk() {}

  /** Each name that an expression reads. */
  static void names(Expression expression, Consumer<String> visitor) {
    expressions(
        expression,
        false,
        0,
        (part, _) -> {
          if (part instanceof Expression.Name name) {
            visitor.accept(name.name());
          }
        });
  }

  static boolean mentions(List<Statement> body, String name) {
    boolean[] found = new boolean[1];
    statements(
        body,
        false,
        (part, _) -> {
          if (part instanceof Expression.Name read && read.name().equals(name)) {
            found[0] = true;
          }
        });
    return found[0];
  }

  /** Takes an expression and whether it is only evaluated where some test is true. */
  interface Visitor {
    void visit(Expression expression, boolean conditional);
  }

  static void statements(List<Statement> body, boolean conditional, Visitor visitor) {
    for (Statement statement : body) {
      switch (statement) {
        case Statement.Text _, Statement.Break _, Statement.Continue _ -> {}
        case Statement.Print print -> visit(print.value(), conditional, visitor);
        case Statement.If choice -> {
          for (Statement.Branch branch : choice.branches()) {
            visit(branch.test(), true, visitor);
            statements(branch.body(), true, visitor);
          }
          statements(choice.otherwise(), true, visitor);
        }
        case Statement.For loop -> {
          visit(loop.iterable(), conditional, visitor);
          visit(loop.test(), conditional, visitor);
          statements(loop.body(), conditional, visitor);
          statements(loop.otherwise(), conditional, visitor);
        }
        case Statement.Assign assign -> visit(assign.value(), conditional, visitor);
        case Statement.AssignBlock assign -> {
          visit(assign.filter(), conditional, visitor);
          statements(assign.body(), conditional, visitor);
        }
        case Statement.Macro macro -> {
          macro.parameters().forEach(each -> visit(each.defaultValue(), conditional, visitor));
          statements(macro.body(), conditional, visitor);
        }
        case Statement.CallBlock block -> {
          block.parameters().forEach(each -> visit(each.defaultValue(), conditional, visitor));
          visit(block.call(), conditional, visitor);
          statements(block.body(), conditional, visitor);
        }
        case Statement.FilterBlock block -> {
          visit(block.filter(), conditional, visitor);
          statements(block.body(), conditional, visitor);
        }
        case Statement.With with -> {
          with.assignments().forEach(each -> visit(each.value(), conditional, visitor));
          statements(with.body(), conditional, visitor);
        }
        case Statement.Generation generation -> statements(generation.body(), conditional, visitor);
        case Statement.Block block -> statements(block.body(), conditional, visitor);
      }
    }
  }

  private static void visit(@Nullable Expression expression, boolean conditional, Visitor visitor) {
    if (expression != null) {
      expressions(expression, conditional, 0, visitor);
    }
  }

  private static void expressions(
      Expression expression, boolean conditional, int depth, Visitor visitor) {
    if (depth > MAX_DEPTH) {
      throw new ChatTemplateException("an expression is nested more than " + MAX_DEPTH + " deep");
    }
    visitor.visit(expression, conditional);
    boolean inside = conditional || expression instanceof Expression.Conditional;
    for (Expression child : children(expression)) {
      expressions(child, inside, depth + 1, visitor);
    }
  }

  private static List<Expression> children(Expression expression) {
    List<Expression> children = new ArrayList<>();
    switch (expression) {
      case Expression.Literal _,
          Expression.Name _,
          Expression.NamespaceAttribute _,
          Expression.Captured _ -> {}
      case Expression.TupleLiteral tuple -> children.addAll(tuple.items());
      case Expression.ListLiteral list -> children.addAll(list.items());
      case Expression.DictLiteral dict ->
          dict.pairs()
              .forEach(pair -> {
                children.add(pair.key());
                children.add(pair.value());
              });
      case Expression.Unary unary -> children.add(unary.operand());
      case Expression.Binary binary -> {
        children.add(binary.left());
        children.add(binary.right());
      }
      case Expression.Not not -> children.add(not.operand());
      case Expression.And and -> {
        children.add(and.left());
        children.add(and.right());
      }
      case Expression.Or or -> {
        children.add(or.left());
        children.add(or.right());
      }
      case Expression.Compare compare -> {
        children.add(compare.first());
        compare.rest().forEach(operand -> children.add(operand.value()));
      }
      case Expression.Concat concat -> children.addAll(concat.parts());
      case Expression.Conditional choice -> {
        children.add(choice.test());
        children.add(choice.then());
        addPresent(children, choice.otherwise());
      }
      case Expression.Attribute attribute -> children.add(attribute.target());
      case Expression.Item item -> {
        children.add(item.target());
        children.add(item.index());
      }
      case Expression.Slice slice -> {
        children.add(slice.target());
        addPresent(children, slice.start(), slice.stop(), slice.step());
      }
      case Expression.Call call -> {
        children.add(call.target());
        addArguments(children, call.arguments());
      }
      case Expression.FilterCall filter -> {
        children.add(filter.operand());
        addArguments(children, filter.arguments());
      }
      case Expression.TestCall test -> {
        children.add(test.operand());
        addArguments(children, test.arguments());
      }
    }
    return children;
  }

  private static void addArguments(List<Expression> children, Expression.CallArguments arguments) {
    children.addAll(arguments.positional());
    arguments.keywords().forEach(keyword -> children.add(keyword.value()));
    addPresent(children, arguments.star(), arguments.doubleStar());
  }

  private static void addPresent(List<Expression> children, @Nullable Expression... expressions) {
    for (Expression expression : expressions) {
      if (expression != null) {
        children.add(expression);
      }
    }
  }
}
