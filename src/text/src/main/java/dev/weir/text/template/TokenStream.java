package dev.weir.text.template;

import java.util.List;

/** The tokens of a template, read from first to last with one token of look-ahead. */
final class TokenStream {
  private final List<Token> tokens;
  private int next;

  /**
   * @param tokens ends with an EOF token
   */
  TokenStream(List<Token> tokens) {
    this.tokens = tokens;
  }

  Token current() {
    return tokens.get(next);
  }

  /** The token after the current one. */
  Token look() {
    return tokens.get(Math.min(next + 1, tokens.size() - 1));
  }

  /** Passes the current token and returns it; never passes the end. */
  Token take() {
    Token taken = tokens.get(next);
    if (!taken.is(TokenType.EOF)) {
      next++;
    }
    return taken;
  }

  boolean skipName(String name) {
    boolean found = current().isName(name);
    if (found) {
      take();
    }
    return found;
  }

  boolean skipOperator(String operator) {
    boolean found = current().isOperator(operator);
    if (found) {
      take();
    }
    return found;
  }

  Token expect(TokenType type) {
    if (!current().is(type)) {
      throw unexpected(type.words());
    }
    return take();
  }

  Token expectName(String name) {
    if (!current().isName(name)) {
      throw unexpected(name);
    }
    return take();
  }

  Token expectOperator(String operator) {
    if (!current().isOperator(operator)) {
      throw unexpected(operator);
    }
    return take();
  }

  private ChatTemplateException unexpected(String wanted) {
    Token got = current();
    String message =
        got.is(TokenType.EOF)
            ? "unexpected end of template, expected '" + wanted + "'."
            : "expected token '" + wanted + "', got '" + got.described() + "'";
    return ChatTemplateException.syntax(message, got.line());
  }
}
