package dev.weir.text;

/**
 * A checkpoint that cannot be used; the message says which file, what is wrong and what is
 * supported, in one line. What it quotes from a file is cut and made printable.
 */
public final class CheckpointException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private static final int MAX_LENGTH = 1000;

  public CheckpointException(String message) {
    super(printable(message));
  }

  public CheckpointException(String message, Throwable cause) {
    super(printable(message), cause);
  }

  private static String printable(String message) {
    String cut =
        message.length() <= MAX_LENGTH ? message : message.substring(0, MAX_LENGTH - 1) + "…";
    return cut.replaceAll("[\\p{Cc}\\p{Cs}\\p{Zl}\\p{Zp}]", " ");
  }
}
