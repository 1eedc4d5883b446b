package dev.weir.gateway;

import dev.weir.proto.InvalidRequestException;
import dev.weir.proto.v1.Failure;
import dev.weir.stream.Cursor;
import dev.weir.stream.OverloadedException;
import dev.weir.stream.StreamReader.StreamFailure;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** An answer that is an error, in the words of the OpenAI API. */
final class ApiException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  static final String INVALID = "invalid_request_error";
  static final String OVERLOAD = "rate_limit_error";
  static final String OURS = "server_error";

  private final int status;
  private final String type;
  private final String code;
  private final @Nullable String param;
  private final long retryAfterMs;
  private final @Nullable String cursor;

  /**
   * @param status of HTTP
   * @param type kind of error: {@link #INVALID}, {@link #OVERLOAD}, {@link #OURS}
   * @param code stable and machine-readable
   * @param param the field at fault, or null
   * @param retryAfterMs when it is worth another try; 0: not known
   */
  ApiException(
      int status,
      String type,
      String code,
      @Nullable String param,
      String message,
      long retryAfterMs,
      @Nullable Throwable cause) {
    this(status, type, code, param, message, retryAfterMs, null, cause);
  }

  private ApiException(
      int status,
      String type,
      String code,
      @Nullable String param,
      String message,
      long retryAfterMs,
      @Nullable String cursor,
      @Nullable Throwable cause) {
    super(message, cause);
    this.cursor = cursor;
    this.status = status;
    this.type = type;
    this.code = code;
    this.param = param;
    this.retryAfterMs = retryAfterMs;
  }

  static ApiException invalid(String param, String code, String message) {
    return new ApiException(400, INVALID, code, param, message, 0, null);
  }

  static ApiException refused(int status, String code, String message) {
    return new ApiException(status, INVALID, code, null, message, 0, null);
  }

  static ApiException overloaded(String message, Duration retryAfter) {
    return new ApiException(
        429, OVERLOAD, "rate_limit_exceeded", null, message, retryAfter.toMillis(), null);
  }

  /**
   * A client that took nothing for long.
   *
   * @param cursor of the last chunk that was written to it; null if that was none, or of several
   *     streams
   */
  static ApiException slowReader(String requestId, @Nullable Cursor cursor, Duration limit) {
    String place = cursor == null ? "" : "?after=" + cursor;
    return new ApiException(
        408,
        INVALID,
        "slow_reader",
        null,
        "Nothing was taken of this stream for %d ms, so it was closed; /v1/streams/%s%s goes on."
            .formatted(limit.toMillis(), requestId, place),
        0,
        cursor == null ? null : cursor.toString(),
        null);
  }

  static ApiException unavailable(String message, @Nullable Throwable cause) {
    return new ApiException(503, OURS, "unavailable", null, message, 1000, cause);
  }

  /** What a worker reported in {@code finished}. */
  static ApiException of(Failure failure) {
    int status = failure.getHttpStatus();
    if (status < 400 || status > 599) {
      status = 500;
    }
    String type = status == 429 || status == 503 ? OVERLOAD : status < 500 ? INVALID : OURS;
    return new ApiException(
        status,
        type,
        failure.getCode().isEmpty() ? "internal_error" : failure.getCode(),
        failure.getField().isEmpty() ? null : failure.getField(),
        failure.getMessage(),
        failure.getRetryAfterMs(),
        null);
  }

  /** Why a stream could not be read to its end. */
  static ApiException of(String requestId, StreamFailure failure) {
    return switch (failure.code()) {
      case "not_found" ->
          refused(404, "request_not_found", "There is no stream of request '" + requestId + "'.");
      case "cursor_gone" ->
          refused(
              410,
              "cursor_gone",
              failure.message() + " Follow the stream again without a cursor to see what is kept.");
      case "unavailable" -> unavailable(failure.message(), failure.cause());
      default ->
          new ApiException(500, OURS, failure.code(), null, failure.message(), 0, failure.cause());
    };
  }

  /** Sorts any failure of a call into its kind. */
  static ApiException of(Throwable failure) {
    Throwable cause = failure;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return switch (cause) {
      case ApiException api -> api;
      case InvalidRequestException invalid -> of(invalid.toFailure());
      case OverloadedException overloaded ->
          overloaded(String.valueOf(overloaded.getMessage()), overloaded.retryAfter());
      default ->
          new ApiException(
              500,
              OURS,
              "internal_error",
              null,
              "The gateway failed; its log has the cause.",
              0,
              cause);
    };
  }

  int status() {
    return status;
  }

  String type() {
    return type;
  }

  String code() {
    return code;
  }

  @Nullable String param() {
    return param;
  }

  long retryAfterMs() {
    return retryAfterMs;
  }

  /** Behind which a stream can be read on, where that is what it is about. */
  @Nullable String cursor() {
    return cursor;
  }

  String text() {
    return String.valueOf(getMessage());
  }

  /** {@code {"error":{"message","type","param","code"}}}. */
  String body() {
    return Json.text(json -> {
      json.writeStartObject();
      json.writeObjectFieldStart("error");
      json.writeStringField("message", text());
      json.writeStringField("type", type);
      json.writeStringField("param", param);
      json.writeStringField("code", code);
      if (cursor != null) {
        json.writeStringField("cursor", cursor);
      }
      json.writeEndObject();
      json.writeEndObject();
    });
  }
}
