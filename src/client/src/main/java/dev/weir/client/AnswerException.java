package dev.weir.client;

/** What cannot be read from Kafka, a stream or the list of models; {@link #code} says why. */
public final class AnswerException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final String code;

  AnswerException(String code, String message, Throwable cause) {
    super(message, cause);
    this.code = code;
  }

  AnswerException(String code, String message) {
    super(message);
    this.code = code;
  }

  /**
   * {@code not_found}, {@code cursor_gone}, {@code unavailable}, {@code timeout}, or of a picture
   * that lies elsewhere {@code corrupted}.
   */
  public String code() {
    return code;
  }
}
