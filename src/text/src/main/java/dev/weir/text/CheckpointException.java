package dev.weir.text;

/**
 * A checkpoint that cannot be used; the message says which file, what is wrong and what is
 * supported.
 */
public final class CheckpointException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public CheckpointException(String message) {
    super(message);
  }

  public CheckpointException(String message, Throwable cause) {
    super(message, cause);
  }
}
