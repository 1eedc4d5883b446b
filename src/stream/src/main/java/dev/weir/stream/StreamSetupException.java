package dev.weir.stream;

/**
 * Topics or groups are not as the streams need them; the message says in one sentence what to do.
 */
public final class StreamSetupException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  StreamSetupException(String message) {
    super(message);
  }

  StreamSetupException(String message, Throwable cause) {
    super(message, cause);
  }
}
