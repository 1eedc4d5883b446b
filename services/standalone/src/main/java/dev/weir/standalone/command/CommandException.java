package dev.weir.standalone.command;

/** A command that cannot go on; the message is one sentence for the person at the terminal. */
final class CommandException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  CommandException(String message) {
    super(message);
  }

  CommandException(String message, Throwable cause) {
    super(message, cause);
  }
}
