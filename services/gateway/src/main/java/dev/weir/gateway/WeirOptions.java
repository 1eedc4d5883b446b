package dev.weir.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weir.proto.ErrorCodes;
import dev.weir.stream.RequestHeaders;
import io.vertx.core.MultiMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a caller says beside the request: the body's object {@code weir}, or headers.
 *
 * @param detach leaving does not cancel
 * @param timeoutMs the answer is of no use after that; 0: by the default
 * @param priority higher runs first
 * @param traceparent W3C trace context
 */
record WeirOptions(boolean detach, long timeoutMs, int priority, @Nullable String traceparent) {
  static final String FIELD = "weir";

  // W3C Trace Context, Level 1, section 3.2.2.
  private static final Pattern TRACEPARENT =
      Pattern.compile("[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}");
  private static final long LONGEST_TIMEOUT_MS = 24L * 3600 * 1000;

  /**
   * @param json the body's {@code weir}; may be missing
   * @throws ApiException 400 that names the field
   */
  static WeirOptions read(JsonNode json, MultiMap headers) {
    boolean detach = "true".equalsIgnoreCase(headers.get("weir-detach"));
    long timeoutMs = 0;
    int priority = 0;
    if (!json.isMissingNode() && !json.isNull()) {
      if (!json.isObject()) {
        throw wrongType("weir", "must be an object");
      }
      for (var entry : json.properties()) {
        JsonNode value = entry.getValue();
        String path = FIELD + "." + entry.getKey();
        switch (entry.getKey()) {
          case "detach" -> {
            if (!value.isBoolean()) {
              throw wrongType(path, "must be true or false");
            }
            detach = value.booleanValue();
          }
          case "timeout_ms" -> timeoutMs = integer(value, path, 1, LONGEST_TIMEOUT_MS);
          case "priority" -> priority = (int) integer(value, path, -100, 100);
          default ->
              throw ApiException.invalid(
                  path,
                  ErrorCodes.UNSUPPORTED_PARAMETER,
                  Text.shortened(path) + ": is not known; detach, timeout_ms and priority are");
        }
      }
    }
    String trace = headers.get("traceparent");
    return new WeirOptions(
        detach,
        timeoutMs,
        priority,
        trace != null && TRACEPARENT.matcher(trace).matches() ? trace : null);
  }

  RequestHeaders headers(long nowMs) {
    return new RequestHeaders(
        RequestHeaders.NONE.tenant(),
        timeoutMs == 0 ? 0 : nowMs + timeoutMs,
        priority,
        traceparent,
        null,
        null);
  }

  private static long integer(JsonNode value, String path, long least, long most) {
    if (!value.isIntegralNumber()) {
      throw wrongType(path, "must be a whole number");
    }
    if (!value.canConvertToLong() || value.longValue() < least || value.longValue() > most) {
      throw ApiException.invalid(
          path, ErrorCodes.INVALID_VALUE, path + ": must be between " + least + " and " + most);
    }
    return value.longValue();
  }

  private static ApiException wrongType(String path, String problem) {
    return ApiException.invalid(path, ErrorCodes.INVALID_TYPE, path + ": " + problem);
  }
}
