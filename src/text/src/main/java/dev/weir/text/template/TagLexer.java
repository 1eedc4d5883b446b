package dev.weir.text.template;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** Reads the tokens inside one tag, up to and including its end. */
final class TagLexer {
  private static final List<String> OPERATORS_OF_TWO = List.of("**", "//", "==", "!=", ">=", "<=");
  private static final String OPERATORS = "+-/*%~[](){}><=.:|,;";

  private final String source;
  private final boolean block;
  private final List<Token> tokens;
  // Closing brackets still awaited; while there are any, `}}` closes dictionaries.
  private final Deque<Character> brackets = new ArrayDeque<>();
  private int position;
  private int line;

  TagLexer(String source, int position, int line, boolean block, List<Token> tokens) {
    this.source = source;
    this.position = position;
    this.line = line;
    this.block = block;
    this.tokens = tokens;
  }

  /** Index after the tag. */
  int end() {
    return position;
  }

  int line() {
    return line;
  }

  /** Reads to the end of the tag, or of the source where the tag has none. */
  void read() {
    while (position < source.length()) {
      int end = brackets.isEmpty() ? matchEnd() : -1;
      if (end >= 0) {
        tokens.add(new Token(block ? TokenType.BLOCK_END : TokenType.VARIABLE_END, "", line));
        advanceTo(end);
        return;
      }
      char c = source.charAt(position);
      if (Whitespace.is(c)) {
        advanceTo(Whitespace.skip(source, position));
      } else if (isDigit(position)) {
        number();
      } else if (isNamePart(source.codePointAt(position))) {
        name();
      } else if (c == '\'' || c == '"') {
        string(c);
      } else {
        operator();
      }
    }
  }

  private int matchEnd() {
    String close = block ? "%}" : "}}";
    if (source.startsWith("-" + close, position)) {
      return Whitespace.skip(source, position + 3);
    }
    if (block && source.startsWith("+%}", position)) {
      return position + 3;
    }
    if (!source.startsWith(close, position)) {
      return -1;
    }
    int end = position + 2;
    return block && source.startsWith("\n", end) ? end + 1 : end;
  }

  private void number() {
    int whole = digitRun(position);
    boolean afterDot = position > 0 && source.charAt(position - 1) == '.';
    if (!afterDot) {
      int fraction = charAt(whole) == '.' && isDigit(whole + 1) ? digitRun(whole + 1) : whole;
      int end = exponentEnd(fraction);
      if (end > whole) {
        add(TokenType.FLOAT, end);
        return;
      }
    }
    add(TokenType.INTEGER, integerEnd());
  }

  private int exponentEnd(int at) {
    if (charAt(at) != 'e' && charAt(at) != 'E') {
      return at;
    }
    int digits = charAt(at + 1) == '+' || charAt(at + 1) == '-' ? at + 2 : at + 1;
    return isDigit(digits) ? digitRun(digits) : at;
  }

  private int integerEnd() {
    if (charAt(position) != '0') {
      return digitRun(position);
    }
    String digits =
        switch (charAt(position + 1)) {
          case 'b', 'B' -> "01";
          case 'o', 'O' -> "01234567";
          case 'x', 'X' -> "0123456789abcdefABCDEF";
          default -> "";
        };
    if (!digits.isEmpty()) {
      int end = run(position + 2, digits);
      if (end > position + 2) {
        return end;
      }
    }
    return run(position, "0"); // `007` is no number: the parser then trips over the second token
  }

  private int digitRun(int from) {
    return run(from, "0123456789");
  }

  /** End of a run of digits that may have single underscores before each but the first. */
  private int run(int from, String digits) {
    int at = from;
    while (at < source.length()) {
      int digit = source.charAt(at) == '_' && (at > from || digits.length() != 10) ? at + 1 : at;
      if (digit >= source.length() || digits.indexOf(source.charAt(digit)) < 0) {
        break;
      }
      at = digit + 1;
    }
    return at;
  }

  private void name() {
    int end = position;
    while (end < source.length() && isNamePart(source.codePointAt(end))) {
      end += Character.charCount(source.codePointAt(end));
    }
    int first = source.codePointAt(position);
    if (first != '_' && !Character.isUnicodeIdentifierStart(first)) {
      throw error("Invalid character in identifier");
    }
    add(TokenType.NAME, end);
  }

  private void string(char quote) {
    int at = position + 1;
    while (at < source.length() && source.charAt(at) != quote) {
      at += source.charAt(at) == '\\' ? 2 : 1;
    }
    if (at >= source.length()) {
      throw error(
          "unexpected char " + PythonText.quoted(String.valueOf(quote)) + " at " + position);
    }
    String text = StringLiteral.unescape(source.substring(position + 1, at), line);
    tokens.add(new Token(TokenType.STRING, text, line));
    advanceTo(at + 1);
  }

  private void operator() {
    char c = source.charAt(position);
    String two = source.substring(position, Math.min(position + 2, source.length()));
    if (OPERATORS_OF_TWO.contains(two)) {
      add(TokenType.OPERATOR, position + 2);
      return;
    }
    if (OPERATORS.indexOf(c) < 0) {
      String shown = Character.toString(source.codePointAt(position));
      throw error("unexpected char " + PythonText.quoted(shown) + " at " + position);
    }
    int open = "{([".indexOf(c);
    if (open >= 0) {
      brackets.push("})]".charAt(open));
    } else if ("})]".indexOf(c) >= 0) {
      if (brackets.isEmpty()) {
        throw error("unexpected '" + c + "'");
      }
      char expected = brackets.pop();
      if (expected != c) {
        throw error("unexpected '" + c + "', expected '" + expected + "'");
      }
    }
    add(TokenType.OPERATOR, position + 1);
  }

  private void add(TokenType type, int end) {
    tokens.add(new Token(type, source.substring(position, end), line));
    position = end;
  }

  private void advanceTo(int to) {
    for (int at = position; at < to; at++) {
      if (source.charAt(at) == '\n') {
        line++;
      }
    }
    position = to;
  }

  private char charAt(int at) {
    return at < source.length() ? source.charAt(at) : 0;
  }

  private boolean isDigit(int at) {
    return charAt(at) >= '0' && charAt(at) <= '9';
  }

  private static boolean isNamePart(int c) {
    return c == '_'
        || Letters.isNumeric(c)
        || (Character.isUnicodeIdentifierPart(c) && !Character.isIdentifierIgnorable(c));
  }

  private ChatTemplateException error(String message) {
    return ChatTemplateException.syntax(message, line);
  }
}
