package dev.weir.stream;

/**
 * Kafka does not answer now; trying again may help. The message is one sentence with the address.
 */
public final class StreamUnavailableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  StreamUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
