package dev.weir.text.template;

/**
 * A chat template that cannot be compiled or rendered.
 *
 * <p>The message of a template's own {@code raise_exception} is given unchanged; the other messages
 * of rendering read as Python's and Jinja's do. A syntax error names its line in the message.
 */
public final class ChatTemplateException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int line;

  ChatTemplateException(String message) {
    this(message, 0);
  }

  private ChatTemplateException(String message, int line) {
    super(message);
    this.line = line;
  }

  /** An error in the template's text. */
  static ChatTemplateException syntax(String message, int line) {
    return new ChatTemplateException("line " + line + ": " + message, line);
  }

  /** The same error with the line it came from, unless it has one already. */
  ChatTemplateException at(int where) {
    if (line != 0) {
      return this;
    }
    ChatTemplateException placed = new ChatTemplateException(getMessage(), where);
    placed.initCause(this);
    return placed;
  }

  /** Line of the template, counted from 1; 0 where it is not known. */
  public int line() {
    return line;
  }

  @Override
  public String getMessage() {
    String message = super.getMessage();
    return message == null ? "" : message;
  }
}
