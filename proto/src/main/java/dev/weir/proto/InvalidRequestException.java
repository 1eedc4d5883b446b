package dev.weir.proto;

import dev.weir.proto.v1.Failure;

/**
 * A request (or another record) that can never be done: which field, and what would be right. The
 * message is one line that begins with the field.
 */
public final class InvalidRequestException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final String field;
  private final String code;
  private final int httpStatus;

  /**
   * With HTTP status 400.
   *
   * @param field path of the field at fault: {@code temperature}, {@code messages[2].role}
   * @param code stable and machine-readable: {@code invalid_value}, {@code context_length_exceeded}
   */
  public InvalidRequestException(String field, String code, String message) {
    this(field, code, 400, message);
  }

  /**
   * @param httpStatus what an HTTP client is answered: 400, 413
   */
  public InvalidRequestException(String field, String code, int httpStatus, String message) {
    super(message);
    this.field = field;
    this.code = code;
    this.httpStatus = httpStatus;
  }

  public String field() {
    return field;
  }

  public String code() {
    return code;
  }

  public int httpStatus() {
    return httpStatus;
  }

  /** The same as the {@code error} of a {@code finished}. */
  public Failure toFailure() {
    return Failure.newBuilder()
        .setKind("invalid_request")
        .setCode(code)
        .setField(field)
        .setMessage(String.valueOf(getMessage()))
        .setHttpStatus(httpStatus)
        .build();
  }
}
