package dev.weir.text.template;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Parses what follows a value: subscripts, calls, filters and tests. */
final class PostfixParser {
  // A chain becomes a tree as deep as it is long.
  private static final int MAX_CHAIN = 100;

  private final TokenStream tokens;
  private final ExpressionParser expressions;

  PostfixParser(TokenStream tokens, ExpressionParser expressions) {
    this.tokens = tokens;
    this.expressions = expressions;
  }

  /** Subscripts and calls. */
  Expression postfix(Expression target) {
    Expression value = target;
    for (int links = 0; ; links++) {
      checkChain(links);
      if (tokens.current().isOperator(".")) {
        value = attribute(value);
      } else if (tokens.current().isOperator("[")) {
        value = subscript(value);
      } else if (tokens.current().isOperator("(")) {
        value = call(value);
      } else {
        return value;
      }
    }
  }

  /** Filters, tests, and calls of what they yield. */
  Expression filtersAndTests(Expression operand) {
    Expression value = operand;
    for (int links = 0; ; links++) {
      checkChain(links);
      if (tokens.skipOperator("|")) {
        value = filter(value);
      } else if (tokens.current().isName("is")) {
        value = test(value);
      } else if (tokens.current().isOperator("(")) {
        value = call(value);
      } else {
        return value;
      }
    }
  }

  /**
   * Filters of what a block has rendered; the first is already past its {@code |}, if it has one.
   */
  Expression filters(Expression operand) {
    Expression value = filter(operand);
    for (int links = 0; tokens.skipOperator("|"); links++) {
      checkChain(links);
      value = filter(value);
    }
    return value;
  }

  private void checkChain(int links) {
    if (links > MAX_CHAIN) {
      throw ChatTemplateException.syntax(
          "more than " + MAX_CHAIN + " subscripts, calls or filters in a row",
          tokens.current().line());
    }
  }

  private Expression filter(Expression operand) {
    int line = tokens.current().line();
    String name = dottedName();
    Expression.CallArguments arguments =
        tokens.current().isOperator("(") ? arguments() : Expression.CallArguments.NONE;
    return new Expression.FilterCall(operand, name, arguments, line);
  }

  private Expression test(Expression operand) {
    int line = tokens.take().line();
    boolean negated = tokens.skipName("not");
    String name = dottedName();
    Expression.CallArguments arguments = Expression.CallArguments.NONE;
    if (tokens.current().isOperator("(")) {
      arguments = arguments();
    } else {
      Expression argument = expressions.testArgument();
      if (argument != null) {
        arguments = new Expression.CallArguments(List.of(argument), List.of(), null, null);
      }
    }
    Expression test = new Expression.TestCall(operand, name, arguments, line);
    return negated ? new Expression.Not(test) : test;
  }

  private String dottedName() {
    StringBuilder name = new StringBuilder(tokens.expect(TokenType.NAME).text());
    while (tokens.skipOperator(".")) {
      name.append('.').append(tokens.expect(TokenType.NAME).text());
    }
    return name.toString();
  }

  private Expression attribute(Expression target) {
    tokens.take();
    Token name = tokens.take();
    return switch (name.type()) {
      case NAME -> new Expression.Attribute(target, name.text());
      case INTEGER ->
          new Expression.Item(
              target, new Expression.Literal(new Value.Int(new BigInteger(digits(name)))));
      case DATA,
          VARIABLE_BEGIN,
          VARIABLE_END,
          BLOCK_BEGIN,
          BLOCK_END,
          STRING,
          FLOAT,
          OPERATOR,
          EOF ->
          throw ChatTemplateException.syntax("expected name or number", name.line());
    };
  }

  private static String digits(Token token) {
    String digits = token.text().replace("_", "");
    if (digits.length() > 18 || !digits.chars().allMatch(Character::isDigit)) {
      throw ChatTemplateException.syntax("expected name or number", token.line());
    }
    return digits;
  }

  private Expression subscript(Expression target) {
    int line = tokens.take().line();
    List<Expression> indices = new ArrayList<>();
    Expression slice = null;
    while (!tokens.current().isOperator("]")) {
      if (slice != null || !indices.isEmpty()) {
        tokens.expectOperator(",");
      }
      Expression start = tokens.current().isOperator(":") ? null : expressions.expression();
      if (tokens.current().isOperator(":")) {
        slice = slice(target, start);
      } else if (start != null) {
        indices.add(start);
      }
    }
    tokens.take();
    if (slice != null && indices.isEmpty()) {
      return slice;
    }
    if (slice != null) {
      throw ChatTemplateException.syntax("a slice cannot be one of several indices", line);
    }
    return new Expression.Item(
        target, indices.size() == 1 ? indices.getFirst() : new Expression.TupleLiteral(indices));
  }

  private Expression slice(Expression target, @Nullable Expression start) {
    tokens.take();
    Expression stop = endOfBound() ? null : expressions.expression();
    Expression step = null;
    if (tokens.skipOperator(":") && !endOfBound()) {
      step = expressions.expression();
    }
    return new Expression.Slice(target, start, stop, step);
  }

  private boolean endOfBound() {
    Token token = tokens.current();
    return token.isOperator(":") || token.isOperator("]") || token.isOperator(",");
  }

  private Expression.Call call(Expression target) {
    return new Expression.Call(target, arguments());
  }

  private Expression.CallArguments arguments() {
    int line = tokens.expectOperator("(").line();
    List<Expression> positional = new ArrayList<>();
    List<Expression.Keyword> keywords = new ArrayList<>();
    Expression star = null;
    Expression doubleStar = null;
    boolean first = true;
    while (!tokens.current().isOperator(")")) {
      if (!first) {
        tokens.expectOperator(",");
        if (tokens.current().isOperator(")")) {
          break;
        }
      }
      first = false;
      if (tokens.skipOperator("*")) {
        require(star == null && doubleStar == null, line);
        star = expressions.expression();
      } else if (tokens.skipOperator("**")) {
        require(doubleStar == null, line);
        doubleStar = expressions.expression();
      } else if (tokens.current().is(TokenType.NAME) && tokens.look().isOperator("=")) {
        require(doubleStar == null, line);
        keywords.add(keyword(keywords));
      } else {
        require(star == null && doubleStar == null && keywords.isEmpty(), line);
        positional.add(expressions.expression());
      }
    }
    tokens.expectOperator(")");
    return new Expression.CallArguments(
        List.copyOf(positional), List.copyOf(keywords), star, doubleStar);
  }

  private Expression.Keyword keyword(List<Expression.Keyword> before) {
    Token name = tokens.take();
    tokens.take();
    if (before.stream().anyMatch(keyword -> keyword.name().equals(name.text()))) {
      throw ChatTemplateException.syntax("keyword argument repeated: " + name.text(), name.line());
    }
    return new Expression.Keyword(name.text(), expressions.expression());
  }

  private static void require(boolean valid, int line) {
    if (!valid) {
      throw ChatTemplateException.syntax("invalid syntax for function call expression", line);
    }
  }
}
