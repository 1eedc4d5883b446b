package dev.weir.text.template;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Parses a template into statements. */
final class Parser {
  private static final int MAX_NESTING = 100;
  private static final Set<String> WITHOUT_LOADER = Set.of("extends", "include", "import", "from");

  private final TokenStream tokens;
  private final ExpressionParser expressions;
  private final PostfixParser postfix;
  private final Deque<String> open = new ArrayDeque<>();
  private final Deque<List<String>> awaited = new ArrayDeque<>();
  private final Set<String> blocks = new HashSet<>();
  // Loops that a `break` here could leave: a macro's body cannot leave the loop around the macro.
  private int loops;

  private Parser(List<Token> tokens) {
    this.tokens = new TokenStream(tokens);
    this.expressions = new ExpressionParser(this.tokens);
    this.postfix = new PostfixParser(this.tokens, expressions);
  }

  static List<Statement> parse(List<Token> tokens) {
    return new Parser(tokens).statements(List.of());
  }

  /**
   * Statements up to a tag that begins with one of the names, which is left as the current token.
   */
  private List<Statement> statements(List<String> ends) {
    List<Statement> statements = new ArrayList<>();
    awaited.push(ends);
    while (true) {
      Token token = tokens.take();
      switch (token.type()) {
        case DATA -> statements.add(new Statement.Text(token.text(), token.line()));
        case VARIABLE_BEGIN -> {
          statements.add(new Statement.Print(expressions.tuple(), token.line()));
          tokens.expect(TokenType.VARIABLE_END);
        }
        case BLOCK_BEGIN -> {
          Token tag = tokens.current();
          if (tag.is(TokenType.NAME) && ends.contains(tag.text())) {
            awaited.pop();
            return List.copyOf(statements);
          }
          statements.add(statement());
          tokens.expect(TokenType.BLOCK_END);
        }
        case EOF -> {
          if (!ends.isEmpty()) {
            throw unknownTag("Unexpected end of template.", "");
          }
          awaited.pop();
          return List.copyOf(statements);
        }
        case VARIABLE_END, BLOCK_END, NAME, STRING, INTEGER, FLOAT, OPERATOR ->
            throw new AssertionError("text ends with the begin of a tag, not with " + token);
      }
    }
  }

  /** The rest of a tag, then statements up to one of the ends. */
  private List<Statement> body(String... ends) {
    tokens.skipOperator(":");
    tokens.expect(TokenType.BLOCK_END);
    return statements(List.of(ends));
  }

  /** As {@link #body}, and passes the end. */
  private List<Statement> wholeBody(String end) {
    List<Statement> body = body(end);
    tokens.take();
    return body;
  }

  private List<Statement> functionBody(String end) {
    int outer = loops;
    loops = 0;
    List<Statement> body = wholeBody(end);
    loops = outer;
    return body;
  }

  private Statement statement() {
    Token tag = tokens.current();
    if (!tag.is(TokenType.NAME)) {
      throw ChatTemplateException.syntax("tag name expected", tag.line());
    }
    if (WITHOUT_LOADER.contains(tag.text())) {
      throw ChatTemplateException.syntax(
          "'" + tag.text() + "' is not possible: a chat template is alone", tag.line());
    }
    open.push(tag.text());
    if (open.size() > MAX_NESTING) {
      throw ChatTemplateException.syntax(
          "tags are nested more than " + MAX_NESTING + " deep", tag.line());
    }
    tokens.take();
    int line = tag.line();
    Statement parsed =
        switch (tag.text()) {
          case "if" -> ifStatement(line);
          case "for" -> forStatement(line);
          case "set" -> set(line);
          case "macro" -> macro(line);
          case "call" -> callBlock(line);
          case "filter" ->
              new Statement.FilterBlock(
                  postfix.filters(new Expression.Captured()), wholeBody("endfilter"), line);
          case "with" -> with(line);
          case "generation" -> new Statement.Generation(functionBody("endgeneration"), line);
          case "block" -> block(line);
          case "print" -> print(line);
          case "break", "continue" -> leaveLoop(tag);
          default -> {
            open.pop();
            throw unknownTag("Encountered unknown tag '" + tag.text() + "'.", tag.text());
          }
        };
    open.pop();
    return parsed;
  }

  private Statement ifStatement(int line) {
    List<Statement.Branch> branches = new ArrayList<>();
    int branchLine = line;
    while (true) {
      Expression test = expressions.tuple(false, false);
      branches.add(new Statement.Branch(test, body("elif", "else", "endif"), branchLine));
      Token next = tokens.take();
      if (next.isName("elif")) {
        branchLine = next.line();
        continue;
      }
      List<Statement> otherwise = next.isName("else") ? wholeBody("endif") : List.of();
      return new Statement.If(List.copyOf(branches), otherwise, line);
    }
  }

  private Statement forStatement(int line) {
    Target target = expressions.target(false);
    requireNoLoopVariable(target, line);
    tokens.expectName("in");
    Expression iterable = expressions.tuple(false, false);
    Expression test = tokens.skipName("if") ? expressions.expression() : null;
    boolean recursive = tokens.skipName("recursive");
    loops++;
    List<Statement> body = body("endfor", "else");
    loops--;
    List<Statement> otherwise = tokens.take().isName("else") ? wholeBody("endfor") : List.of();
    return new Statement.For(target, iterable, test, recursive, body, otherwise, line);
  }

  private static void requireNoLoopVariable(Target target, int line) {
    switch (target) {
      case Target.Variable variable -> {
        if (variable.name().equals("loop")) {
          throw ChatTemplateException.syntax(
              "Can't assign to special loop variable in for-loop target", line);
        }
      }
      case Target.Unpacked unpacked ->
          unpacked.targets().forEach(each -> requireNoLoopVariable(each, line));
      case Target.NamespaceAttribute _ -> {}
    }
  }

  private Statement set(int line) {
    Target target = expressions.target(true);
    if (tokens.skipOperator("=")) {
      return new Statement.Assign(target, expressions.tuple(), line);
    }
    Expression captured = new Expression.Captured();
    Expression filter = tokens.skipOperator("|") ? postfix.filters(captured) : captured;
    return new Statement.AssignBlock(target, filter, wholeBody("endset"), line);
  }

  private Statement macro(int line) {
    String name = expressions.targetName();
    return new Statement.Macro(name, parameters(), functionBody("endmacro"), line);
  }

  private List<Statement.Parameter> parameters() {
    tokens.expectOperator("(");
    List<Statement.Parameter> parameters = new ArrayList<>();
    while (!tokens.current().isOperator(")")) {
      if (!parameters.isEmpty()) {
        tokens.expectOperator(",");
      }
      int line = tokens.current().line();
      String name = expressions.targetName();
      if (parameters.stream().anyMatch(parameter -> parameter.name().equals(name))) {
        throw ChatTemplateException.syntax("duplicate argument '" + name + "'", line);
      }
      Expression defaultValue = tokens.skipOperator("=") ? expressions.expression() : null;
      if (defaultValue == null
          && !parameters.isEmpty()
          && parameters.getLast().defaultValue() != null) {
        throw ChatTemplateException.syntax("non-default argument follows default argument", line);
      }
      parameters.add(new Statement.Parameter(name, defaultValue));
    }
    tokens.take();
    return List.copyOf(parameters);
  }

  private Statement callBlock(int line) {
    List<Statement.Parameter> parameters =
        tokens.current().isOperator("(") ? parameters() : List.of();
    if (!(expressions.expression() instanceof Expression.Call call)) {
      throw ChatTemplateException.syntax("expected call", line);
    }
    return new Statement.CallBlock(parameters, call, functionBody("endcall"), line);
  }

  private Statement with(int line) {
    List<Statement.Assignment> assignments = new ArrayList<>();
    while (!tokens.current().is(TokenType.BLOCK_END)) {
      if (!assignments.isEmpty()) {
        tokens.expectOperator(",");
      }
      Target target = expressions.target(false);
      tokens.expectOperator("=");
      assignments.add(new Statement.Assignment(target, expressions.expression()));
    }
    return new Statement.With(List.copyOf(assignments), wholeBody("endwith"), line);
  }

  private Statement block(int line) {
    String name = tokens.expect(TokenType.NAME).text();
    if (!blocks.add(name)) {
      throw ChatTemplateException.syntax("block '" + name + "' defined twice", line);
    }
    Statement block = new Statement.Block(name, functionBody("endblock"), line);
    tokens.skipName(name);
    return block;
  }

  private Statement print(int line) {
    List<Expression> parts = new ArrayList<>();
    while (!tokens.current().is(TokenType.BLOCK_END)) {
      if (!parts.isEmpty()) {
        tokens.expectOperator(",");
      }
      parts.add(expressions.expression());
    }
    return new Statement.Print(new Expression.Concat(List.copyOf(parts)), line);
  }

  private Statement leaveLoop(Token tag) {
    boolean leaves = tag.isName("break");
    if (loops == 0) {
      throw ChatTemplateException.syntax(
          leaves ? "'break' outside loop" : "'continue' not properly in loop", tag.line());
    }
    return leaves ? new Statement.Break(tag.line()) : new Statement.Continue(tag.line());
  }

  private ChatTemplateException unknownTag(String what, String name) {
    StringBuilder message = new StringBuilder(what);
    List<String> looking = awaited.isEmpty() ? List.of() : awaited.peek();
    if (!looking.isEmpty()) {
      String tags = "'" + String.join("' or '", looking) + "'";
      boolean known = awaited.stream().anyMatch(ends -> ends.contains(name));
      message
          .append(
              known
                  ? " You probably made a nesting mistake. Jinja is expecting this tag, but"
                      + " currently looking for "
                  : " Jinja was looking for the following tags: ")
          .append(tags)
          .append('.');
    }
    if (!open.isEmpty()) {
      message
          .append(" The innermost block that needs to be closed is '")
          .append(open.peek())
          .append("'.");
    }
    return ChatTemplateException.syntax(message.toString(), tokens.current().line());
  }
}
