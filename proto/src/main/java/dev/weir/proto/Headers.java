package dev.weir.proto;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The headers of a record, as this module reads them; the names are in {@link HeaderNames}. */
@FunctionalInterface
public interface Headers {
  Headers NONE = name -> null;

  /** The value of the last header of that name; null if there is none. */
  byte @Nullable [] last(String name);

  static Headers of(Map<String, byte[]> headers) {
    return headers::get;
  }

  /** The value as UTF-8 text; null if there is none or it is empty. */
  default @Nullable String text(String name) {
    byte[] value = last(name);
    return value == null || value.length == 0 ? null : new String(value, StandardCharsets.UTF_8);
  }

  /**
   * @throws InvalidRequestException if it is neither JSON nor Protobuf
   */
  default ContentType contentType() {
    return ContentType.of(text(HeaderNames.CONTENT_TYPE));
  }

  /**
   * The tenant; {@code default} where none is named.
   *
   * @throws InvalidRequestException if it has other characters than letters, digits, {@code . _ -}
   */
  default String tenant() {
    String text = text(HeaderNames.TENANT);
    if (text == null) {
      return "default";
    }
    if (!HeaderPatterns.TENANT.matcher(text).matches()) {
      throw FieldPath.ROOT
          .field(HeaderNames.TENANT)
          .wrongValue("must be 1 to 64 letters, digits, dots, underscores or hyphens");
    }
    return text;
  }

  /**
   * The deadline, milliseconds since 1970 (UTC); 0 where none is named.
   *
   * @throws InvalidRequestException if it is neither such a number nor a time by RFC 3339
   */
  default long deadlineMs() {
    String text = text(HeaderNames.DEADLINE);
    if (text == null) {
      return 0;
    }
    try {
      long ms =
          HeaderPatterns.DIGITS.matcher(text).matches()
              ? Long.parseLong(text)
              : OffsetDateTime.parse(text).toInstant().toEpochMilli();
      if (ms > 0) {
        return ms;
      }
    } catch (NumberFormatException | DateTimeException | ArithmeticException e) {
      // said below
    }
    throw FieldPath.ROOT
        .field(HeaderNames.DEADLINE)
        .wrongValue("must be milliseconds since 1970 or a time such as 2026-01-31T12:00:00Z");
  }

  /**
   * The priority; 0 where none is named.
   *
   * @throws InvalidRequestException if it is no whole number of 32 bits
   */
  default int priority() {
    String text = text(HeaderNames.PRIORITY);
    if (text == null) {
      return 0;
    }
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw FieldPath.ROOT.field(HeaderNames.PRIORITY).wrongType("must be a whole number");
    }
  }

  /** The trace that the record belongs to; null if there is none or it is not W3C's form. */
  default @Nullable String traceparent() {
    String text = text(HeaderNames.TRACEPARENT);
    return text != null && HeaderPatterns.TRACEPARENT.matcher(text).matches() ? text : null;
  }
}
