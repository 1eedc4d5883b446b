package dev.weir.proto;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The form of a record's value, named by its {@code content-type} header. */
public enum ContentType {
  JSON("application/json"),
  PROTOBUF("application/x-protobuf");

  private final String mediaType;

  ContentType(String mediaType) {
    this.mediaType = mediaType;
  }

  public String mediaType() {
    return mediaType;
  }

  /** The value of the header. */
  public byte[] headerValue() {
    return mediaType.getBytes(StandardCharsets.US_ASCII);
  }

  /**
   * What a header names; parameters such as {@code charset} do not matter, for JSON is UTF-8.
   *
   * @param header null: JSON, as people publish by hand
   * @throws InvalidRequestException if it is another type
   */
  public static ContentType of(@Nullable String header) {
    if (header == null) {
      return JSON;
    }
    int parameters = header.indexOf(';');
    String name = parameters < 0 ? header : header.substring(0, parameters);
    return switch (name.strip().toLowerCase(Locale.ROOT)) {
      case "application/json" -> JSON;
      case "application/x-protobuf", "application/protobuf" -> PROTOBUF;
      default ->
          throw FieldPath.ROOT
              .field(HeaderNames.CONTENT_TYPE)
              .error(
                  ErrorCodes.UNSUPPORTED_CONTENT_TYPE,
                  "must be application/json or application/x-protobuf, not "
                      + FieldPath.printable(header));
    };
  }
}
