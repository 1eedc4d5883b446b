package dev.weir.proto;

/** Codes of {@link InvalidRequestException} that this module gives; OpenAI's where it has one. */
public final class ErrorCodes {
  /** Not JSON, or JSON beyond the limits on depth and names. */
  public static final String INVALID_JSON = "invalid_json";

  /** Not a Protobuf message of the record's type. */
  public static final String INVALID_PROTOBUF = "invalid_protobuf";

  /** The {@code content-type} header names neither JSON nor Protobuf. */
  public static final String UNSUPPORTED_CONTENT_TYPE = "unsupported_content_type";

  /** A string where a number must be, and the like. */
  public static final String INVALID_TYPE = "invalid_type";

  /** The right type, but out of range or at odds with another field. */
  public static final String INVALID_VALUE = "invalid_value";

  public static final String MISSING_REQUIRED_PARAMETER = "missing_required_parameter";

  /** A field that is known and not built yet. */
  public static final String UNSUPPORTED_PARAMETER = "unsupported_parameter";

  /** Longer than a record may be; HTTP status 413. */
  public static final String REQUEST_TOO_LARGE = "request_too_large";

  private ErrorCodes() {}
}
