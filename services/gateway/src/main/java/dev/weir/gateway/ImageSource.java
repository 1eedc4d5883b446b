package dev.weir.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BinaryNode;
import com.google.protobuf.ByteString;
import dev.weir.proto.ErrorCodes;
import java.util.Base64;

/** A picture that a caller gives to begin from. */
final class ImageSource {
  /** Far more than a picture takes that models here can read; two fit into a record. */
  static final int MOST_BYTES = 256 * 1024;

  /** RFC 2083, section 3.1. */
  private static final ByteString PNG_SIGNATURE =
      ByteString.copyFrom(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'});

  private static final String DATA_URI = "data:image/png;base64,";

  private ImageSource() {}

  /**
   * @param value a file of a form, or base64, which may be a {@code data:} URI as answers have them
   * @throws ApiException 413 if it is too large, 400 if it is no PNG
   */
  static ByteString read(JsonNode value, String field) {
    ByteString png;
    if (value instanceof BinaryNode file) {
      png = ByteString.copyFrom(file.binaryValue());
    } else {
      png = decoded(JsonFields.text(value, field), field);
    }
    if (png.size() > MOST_BYTES) {
      throw tooLarge(field);
    }
    if (!png.startsWith(PNG_SIGNATURE)) {
      throw JsonFields.wrong(field, png.isEmpty() ? "is empty; give a PNG" : "must be a PNG");
    }
    return png;
  }

  private static ByteString decoded(String text, String field) {
    String base64 = text.startsWith(DATA_URI) ? text.substring(DATA_URI.length()) : text;
    if (base64.length() > 4L * (MOST_BYTES / 3 + 1)) {
      throw tooLarge(field);
    }
    try {
      return ByteString.copyFrom(Base64.getDecoder().decode(base64));
    } catch (IllegalArgumentException e) {
      throw JsonFields.wrong(field, "must be a PNG in base64");
    }
  }

  private static ApiException tooLarge(String field) {
    return new ApiException(
        413,
        ApiException.INVALID,
        ErrorCodes.REQUEST_TOO_LARGE,
        field,
        "%s: must have at most %,d bytes".formatted(field, MOST_BYTES),
        0,
        null);
  }
}
