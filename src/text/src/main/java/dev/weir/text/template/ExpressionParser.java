package dev.weir.text.template;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Parses expressions. From weakest to strongest: {@code if else}, {@code or}, {@code and}, {@code
 * not}, comparisons, {@code + -}, {@code ~}, {@code * / // %}, {@code **}, {@code -} sign, then
 * subscripts, calls, filters and tests.
 */
final class ExpressionParser {
  // Nested deeper, an expression is an attack on the stack.
  private static final int MAX_NESTING = 100;
  private static final Set<String> NO_TEST_ARGUMENT = Set.of("else", "or", "and");

  private final TokenStream tokens;
  private final PostfixParser postfix;
  private int nesting;

  ExpressionParser(TokenStream tokens) {
    this.tokens = tokens;
    this.postfix = new PostfixParser(tokens, this);
  }

  Expression expression() {
    return expression(true);
  }

  Expression expression(boolean withConditional) {
    if (++nesting > MAX_NESTING) {
      throw error("expression is nested more than " + MAX_NESTING + " deep");
    }
    Expression parsed = withConditional ? conditional() : or();
    nesting--;
    return parsed;
  }

  /** An expression, or several with commas between them as a tuple. */
  Expression tuple() {
    return tuple(true, false);
  }

  Expression tuple(boolean withConditional, boolean inParentheses) {
    List<Expression> items = new ArrayList<>();
    boolean commas = false;
    while (!endOfTuple()) {
      items.add(expression(withConditional));
      if (!tokens.skipOperator(",")) {
        break;
      }
      commas = true;
    }
    if (!commas && items.size() == 1) {
      return items.getFirst();
    }
    if (!commas && !inParentheses) {
      throw error("Expected an expression, got '" + tokens.current().described() + "'");
    }
    return new Expression.TupleLiteral(List.copyOf(items));
  }

  private boolean endOfTuple() {
    Token token = tokens.current();
    return token.is(TokenType.VARIABLE_END)
        || token.is(TokenType.BLOCK_END)
        || token.isOperator(")");
  }

  /**
   * A target of an assignment.
   *
   * @param withNamespace whether {@code ns.attribute} may be one
   */
  Target target(boolean withNamespace) {
    List<Expression> items = new ArrayList<>();
    boolean commas = false;
    while (!endOfTuple()) {
      items.add(primary(withNamespace));
      if (!tokens.skipOperator(",")) {
        break;
      }
      commas = true;
    }
    if (items.isEmpty()) {
      throw error("Expected an expression, got '" + tokens.current().described() + "'");
    }
    return asTarget(
        commas ? new Expression.TupleLiteral(items) : items.getFirst(), tokens.current().line());
  }

  /** A name that is assigned to. */
  String targetName() {
    Token name = tokens.expect(TokenType.NAME);
    if (isConstant(name.text())) {
      throw ChatTemplateException.syntax("can't assign to 'const'", name.line());
    }
    return name.text();
  }

  private static Target asTarget(Expression expression, int line) {
    return switch (expression) {
      case Expression.Name name -> new Target.Variable(name.name());
      case Expression.NamespaceAttribute attribute ->
          new Target.NamespaceAttribute(attribute.name(), attribute.attribute());
      case Expression.TupleLiteral tuple ->
          new Target.Unpacked(tuple.items().stream().map(item -> asTarget(item, line)).toList());
      default ->
          throw ChatTemplateException.syntax("can't assign to '" + kind(expression) + "'", line);
    };
  }

  private static String kind(Expression expression) {
    return switch (expression) {
      case Expression.Literal _ -> "const";
      case Expression.ListLiteral _ -> "list";
      case Expression.DictLiteral _ -> "dict";
      default -> expression.getClass().getSimpleName().toLowerCase(Locale.ROOT);
    };
  }

  private Expression conditional() {
    int line = tokens.current().line();
    Expression value = or();
    while (tokens.skipName("if")) {
      Expression test = or();
      Expression otherwise = tokens.skipName("else") ? expression() : null;
      value = new Expression.Conditional(test, value, otherwise, line);
      line = tokens.current().line();
    }
    return value;
  }

  private Expression or() {
    Expression left = and();
    while (tokens.skipName("or")) {
      left = new Expression.Or(left, and());
    }
    return left;
  }

  private Expression and() {
    Expression left = not();
    while (tokens.skipName("and")) {
      left = new Expression.And(left, not());
    }
    return left;
  }

  private Expression not() {
    int negations = 0;
    while (tokens.skipName("not")) {
      negations++;
    }
    Expression value = compare();
    for (int i = 0; i < Math.min(negations, 2 - negations % 2); i++) {
      value = new Expression.Not(value); // an even number of them still makes a boolean
    }
    return value;
  }

  private Expression compare() {
    Expression first = sum();
    List<Expression.Operand> rest = new ArrayList<>();
    for (ComparisonOperator operator = comparison(); operator != null; operator = comparison()) {
      rest.add(new Expression.Operand(operator, sum()));
    }
    return rest.isEmpty() ? first : new Expression.Compare(first, List.copyOf(rest));
  }

  private @Nullable ComparisonOperator comparison() {
    Token token = tokens.current();
    ComparisonOperator operator = null;
    if (token.is(TokenType.OPERATOR)) {
      operator =
          switch (token.text()) {
            case "==" -> ComparisonOperator.EQUAL;
            case "!=" -> ComparisonOperator.NOT_EQUAL;
            case "<" -> ComparisonOperator.LESS;
            case "<=" -> ComparisonOperator.LESS_OR_EQUAL;
            case ">" -> ComparisonOperator.GREATER;
            case ">=" -> ComparisonOperator.GREATER_OR_EQUAL;
            default -> null;
          };
    } else if (token.isName("in")) {
      operator = ComparisonOperator.IN;
    } else if (token.isName("not") && tokens.look().isName("in")) {
      tokens.take();
      operator = ComparisonOperator.NOT_IN;
    }
    if (operator != null) {
      tokens.take();
    }
    return operator;
  }

  private Expression sum() {
    Expression left = concat();
    while (true) {
      if (tokens.skipOperator("+")) {
        left = new Expression.Binary(BinaryOperator.ADD, left, concat());
      } else if (tokens.skipOperator("-")) {
        left = new Expression.Binary(BinaryOperator.SUBTRACT, left, concat());
      } else {
        return left;
      }
    }
  }

  private Expression concat() {
    Expression first = product();
    if (!tokens.current().isOperator("~")) {
      return first;
    }
    List<Expression> parts = new ArrayList<>(List.of(first));
    while (tokens.skipOperator("~")) {
      parts.add(product());
    }
    return new Expression.Concat(List.copyOf(parts));
  }

  private Expression product() {
    Expression left = power();
    while (true) {
      BinaryOperator operator =
          switch (tokens.current().is(TokenType.OPERATOR) ? tokens.current().text() : "") {
            case "*" -> BinaryOperator.MULTIPLY;
            case "/" -> BinaryOperator.DIVIDE;
            case "//" -> BinaryOperator.FLOOR_DIVIDE;
            case "%" -> BinaryOperator.MODULO;
            default -> null;
          };
      if (operator == null) {
        return left;
      }
      tokens.take();
      left = new Expression.Binary(operator, left, power());
    }
  }

  private Expression power() {
    Expression left = unary(true);
    while (tokens.skipOperator("**")) {
      left = new Expression.Binary(BinaryOperator.POWER, left, unary(true));
    }
    return left;
  }

  private Expression unary(boolean withFilter) {
    if (++nesting > MAX_NESTING) {
      throw error("expression is nested more than " + MAX_NESTING + " deep");
    }
    Expression value;
    if (tokens.skipOperator("-")) {
      value = new Expression.Unary(true, unary(false));
    } else if (tokens.skipOperator("+")) {
      value = new Expression.Unary(false, unary(false));
    } else {
      value = primary(false);
    }
    value = postfix.postfix(value);
    nesting--;
    return withFilter ? postfix.filtersAndTests(value) : value;
  }

  /** The argument of a test that is written without parentheses, if one follows. */
  @Nullable Expression testArgument() {
    Token token = tokens.current();
    boolean follows =
        switch (token.type()) {
          case NAME -> !NO_TEST_ARGUMENT.contains(token.text());
          case STRING, INTEGER, FLOAT -> true;
          case OPERATOR -> token.text().equals("[") || token.text().equals("{");
          case DATA, VARIABLE_BEGIN, VARIABLE_END, BLOCK_BEGIN, BLOCK_END, EOF -> false;
        };
    if (!follows) {
      return null;
    }
    if (token.isName("is")) {
      throw error("You cannot chain multiple tests with is");
    }
    return postfix.postfix(primary(false));
  }

  private Expression primary(boolean withNamespace) {
    Token token = tokens.current();
    return switch (token.type()) {
      case NAME -> name(withNamespace);
      case STRING -> strings();
      case INTEGER -> new Expression.Literal(new Value.Int(integer(tokens.take())));
      case FLOAT ->
          new Expression.Literal(
              new Value.Float(Double.parseDouble(tokens.take().text().replace("_", ""))));
      case OPERATOR ->
          switch (token.text()) {
            case "(" -> parenthesized();
            case "[" -> list();
            case "{" -> dict();
            default -> throw error("unexpected '" + token.described() + "'");
          };
      case DATA, VARIABLE_BEGIN, VARIABLE_END, BLOCK_BEGIN, BLOCK_END, EOF ->
          throw error("unexpected '" + token.described() + "'");
    };
  }

  private Expression name(boolean withNamespace) {
    String name = tokens.take().text();
    switch (name) {
      case "true", "True":
        return new Expression.Literal(Value.Bool.TRUE);
      case "false", "False":
        return new Expression.Literal(Value.Bool.FALSE);
      case "none", "None":
        return new Expression.Literal(Value.None.NONE);
      default:
        break;
    }
    if (withNamespace && tokens.skipOperator(".")) {
      return new Expression.NamespaceAttribute(name, tokens.expect(TokenType.NAME).text());
    }
    return new Expression.Name(name);
  }

  private static boolean isConstant(String name) {
    return switch (name) {
      case "true", "True", "false", "False", "none", "None" -> true;
      default -> false;
    };
  }

  private Expression strings() {
    StringBuilder text = new StringBuilder();
    while (tokens.current().is(TokenType.STRING)) {
      text.append(tokens.take().text());
    }
    return new Expression.Literal(new Value.Str(text.toString()));
  }

  private static BigInteger integer(Token token) {
    String digits = token.text().replace("_", "").toLowerCase(Locale.ROOT);
    if (digits.length() > 1000) {
      throw ChatTemplateException.syntax("integer is too large", token.line());
    }
    if (digits.startsWith("0x")) {
      return new BigInteger(digits.substring(2), 16);
    }
    if (digits.startsWith("0o")) {
      return new BigInteger(digits.substring(2), 8);
    }
    return digits.startsWith("0b")
        ? new BigInteger(digits.substring(2), 2)
        : new BigInteger(digits);
  }

  private Expression parenthesized() {
    tokens.take();
    Expression inside = tuple(true, true);
    tokens.expectOperator(")");
    return inside;
  }

  private Expression list() {
    tokens.take();
    List<Expression> items = new ArrayList<>();
    while (!tokens.current().isOperator("]")) {
      items.add(expression());
      if (!tokens.current().isOperator("]")) {
        tokens.expectOperator(",");
      }
    }
    tokens.take();
    return new Expression.ListLiteral(List.copyOf(items));
  }

  private Expression dict() {
    tokens.take();
    List<Expression.Pair> pairs = new ArrayList<>();
    while (!tokens.current().isOperator("}")) {
      Expression key = expression();
      tokens.expectOperator(":");
      pairs.add(new Expression.Pair(key, expression()));
      if (!tokens.current().isOperator("}")) {
        tokens.expectOperator(",");
      }
    }
    tokens.take();
    return new Expression.DictLiteral(List.copyOf(pairs));
  }

  private ChatTemplateException error(String message) {
    return ChatTemplateException.syntax(message, tokens.current().line());
  }
}
