package dev.weir.engine;

/** The caller's mistake: which field, and what would be right. */
public final class InvalidRequest extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final String field;
  private final String code;

  /**
   * @param field path of the field at fault, as the caller wrote it: {@code temperature}, {@code
   *     messages[2].role}
   * @param code stable and machine-readable: {@code invalid_value}, {@code context_length_exceeded}
   */
  public InvalidRequest(String field, String code, String message) {
    super(message);
    this.field = field;
    this.code = code;
  }

  public String field() {
    return field;
  }

  public String code() {
    return code;
  }
}
