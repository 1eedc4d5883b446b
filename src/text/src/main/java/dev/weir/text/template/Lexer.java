package dev.weir.text.template;

import java.util.ArrayList;
import java.util.List;

/**
 * Cuts a template into text and tags, and applies whitespace control as transformers configures
 * Jinja: {@code trim_blocks} (the newline after a block tag or comment goes) and {@code
 * lstrip_blocks} (blanks between the start of a line and a block tag or comment go), with {@code -}
 * and {@code +} in a tag overruling both. One newline at the very end of the source is dropped.
 *
 * <p>What stands inside a tag is read by {@link TagLexer}.
 */
final class Lexer {
  private final String source;
  private final List<Token> tokens = new ArrayList<>();
  private int position;
  private int line = 1;
  // Whether what was read last ended a line: blanks that begin the next text are then indentation.
  private boolean lineStarting = true;

  private Lexer(String source) {
    this.source = source;
  }

  static List<Token> tokenize(String text) {
    String source = text.replace("\r\n", "\n").replace('\r', '\n');
    if (source.endsWith("\n")) {
      source = source.substring(0, source.length() - 1);
    }
    Lexer lexer = new Lexer(source);
    lexer.template();
    lexer.add(TokenType.EOF, "");
    return lexer.tokens;
  }

  private void template() {
    while (position < source.length()) {
      int tag = nextTag(position);
      if (tag < 0) {
        addText(source.substring(position));
        advanceTo(source.length());
        return;
      }
      char kind = source.charAt(tag + 1);
      char sign = signAt(tag + 2);
      addText(strippedBefore(source.substring(position, tag), sign, kind == '{'));
      advanceTo(tag);
      int inside = tag + (sign == 0 ? 2 : 3);
      if (kind == '#') {
        comment(inside);
      } else if (kind == '{') {
        tag(inside, TokenType.VARIABLE_BEGIN);
      } else {
        int raw = endOfRawBegin(inside);
        if (raw >= 0) {
          advanceTo(raw);
          raw();
        } else {
          tag(inside, TokenType.BLOCK_BEGIN);
        }
      }
    }
  }

  private int nextTag(int from) {
    for (int at = source.indexOf('{', from); at >= 0; at = source.indexOf('{', at + 1)) {
      if (at + 1 < source.length() && "{%#".indexOf(source.charAt(at + 1)) >= 0) {
        return at;
      }
    }
    return -1;
  }

  private char signAt(int at) {
    boolean signed = at < source.length() && "+-".indexOf(source.charAt(at)) >= 0;
    return signed ? source.charAt(at) : 0;
  }

  /** Text before a tag, less the whitespace that the tag takes away. */
  private String strippedBefore(String text, char sign, boolean variable) {
    if (sign == '-') {
      return Whitespace.stripEnd(text);
    }
    if (sign == '+' || variable) {
      return text;
    }
    int lineStart = text.lastIndexOf('\n') + 1;
    boolean indentation =
        (lineStart > 0 || lineStarting) && Whitespace.isBlank(text.substring(lineStart));
    return indentation ? text.substring(0, lineStart) : text;
  }

  private void comment(int from) {
    int end = source.indexOf("#}", from);
    if (end < 0) {
      throw ChatTemplateException.syntax("Missing end of comment tag", line);
    }
    char sign = end > from ? signAt(end - 1) : 0;
    closeTag(end + 2, sign);
  }

  private void tag(int inside, TokenType begin) {
    add(begin, source.substring(position, inside));
    TagLexer lexer = new TagLexer(source, inside, line, begin == TokenType.BLOCK_BEGIN, tokens);
    lexer.read();
    int end = lexer.end();
    lineStarting = end > 0 && source.charAt(end - 1) == '\n';
    position = end;
    line = lexer.line();
  }

  /** Index after {@code raw %}} where {@code from} is inside such a tag, else -1. */
  private int endOfRawBegin(int from) {
    int at = Whitespace.skip(source, from);
    if (!source.startsWith("raw", at)) {
      return -1;
    }
    at = Whitespace.skip(source, at + 3);
    if (source.startsWith("-%}", at)) {
      return Whitespace.skip(source, at + 3);
    }
    return source.startsWith("%}", at) ? at + 2 : -1;
  }

  private void raw() {
    lineStarting = source.charAt(position - 1) == '\n';
    for (int at = source.indexOf("{%", position); at >= 0; at = source.indexOf("{%", at + 2)) {
      char sign = signAt(at + 2);
      int word = Whitespace.skip(source, at + (sign == 0 ? 2 : 3));
      if (!source.startsWith("endraw", word)) {
        continue;
      }
      int close = Whitespace.skip(source, word + 6);
      char closing = signAt(close);
      int percent = closing == 0 ? close : close + 1;
      if (source.startsWith("%}", percent)) {
        addText(strippedBefore(source.substring(position, at), sign, false));
        closeTag(percent + 2, closing);
        return;
      }
    }
    throw ChatTemplateException.syntax("Missing end of raw directive", line);
  }

  /** Passes the end of a comment or raw block and the whitespace that it takes away. */
  private void closeTag(int after, char sign) {
    int end = after;
    if (sign == '-') {
      end = Whitespace.skip(source, after);
    } else if (sign == 0 && source.startsWith("\n", after)) {
      end = after + 1;
    }
    advanceTo(end);
    lineStarting = source.charAt(end - 1) == '\n';
  }

  private void addText(String text) {
    if (!text.isEmpty()) {
      add(TokenType.DATA, text);
    }
  }

  private void add(TokenType type, String text) {
    tokens.add(new Token(type, text, line));
  }

  private void advanceTo(int to) {
    for (int at = position; at < to; at++) {
      if (source.charAt(at) == '\n') {
        line++;
      }
    }
    position = to;
  }
}
