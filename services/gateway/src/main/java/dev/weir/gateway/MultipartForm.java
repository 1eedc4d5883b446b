package dev.weir.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weir.proto.ErrorCodes;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.multipart.Attribute;
import io.netty.handler.codec.http.multipart.DefaultHttpDataFactory;
import io.netty.handler.codec.http.multipart.FileUpload;
import io.netty.handler.codec.http.multipart.HttpPostMultipartRequestDecoder;
import io.netty.handler.codec.http.multipart.HttpPostRequestDecoder;
import io.netty.handler.codec.http.multipart.InterfaceHttpData;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code multipart/form-data} (RFC 7578) as if its fields had come in JSON: a file is a
 * binary node, a number a number where the API has one. All of it stays in memory, within the limit
 * of the body that it came in; nothing is written to a disk.
 */
final class MultipartForm {
  static final String MEDIA_TYPE = "multipart/form-data";

  private static final int MOST_PARTS = 32;
  private static final int MOST_HEADER_BYTES = 8192;
  private static final Set<String> FILES = Set.of("image", "image[]", "images", "images[]");
  private static final Set<String> FILE_TYPES = Set.of("image/png", "application/octet-stream");
  private static final Set<String> NUMBERS =
      Set.of("n", "seed", "temperature", "strength", "partial_images", "output_compression");

  /** RFC 2046, section 5.1.1, without the space. */
  private static final Pattern BOUNDARY =
      Pattern.compile("(?i);\\s*boundary=\"?([0-9A-Za-z'()+_,./:=?-]{1,70})\"?\\s*(;|$)");

  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private MultipartForm() {}

  /**
   * @param contentType the header, with the boundary
   * @param several pictures are a list, however many there are
   * @throws ApiException 400 or 415 that names the field at fault
   */
  static ObjectNode read(byte[] body, String contentType, boolean several) {
    var request =
        new DefaultFullHttpRequest(
            HttpVersion.HTTP_1_1, HttpMethod.POST, "/", Unpooled.wrappedBuffer(body));
    // Written anew: the decoder takes neither an empty boundary nor a charset that there is not.
    request
        .headers()
        .set(
            HttpHeaderNames.CONTENT_TYPE,
            MEDIA_TYPE + "; boundary=\"" + boundary(contentType) + "\"");
    HttpPostMultipartRequestDecoder decoder = null;
    try {
      decoder =
          new HttpPostMultipartRequestDecoder(
              new DefaultHttpDataFactory(false), // in memory
              request,
              StandardCharsets.UTF_8,
              MOST_PARTS,
              MOST_HEADER_BYTES);
      return read(decoder, several);
    } catch (HttpPostRequestDecoder.TooManyFormFieldsException e) {
      throw broken("has more than " + MOST_PARTS + " parts");
    } catch (HttpPostRequestDecoder.TooLongFormFieldException e) {
      throw broken("has a part whose headers are too long");
    } catch (HttpPostRequestDecoder.ErrorDataDecoderException
        | HttpPostRequestDecoder.NotEnoughDataDecoderException
        | IndexOutOfBoundsException // of a part's header that ends too soon
        | NullPointerException // of one that lacks what the decoder looks up
        | IllegalArgumentException e) { // also of a charset that there is not
      throw broken("cannot be read");
    } catch (IOException e) {
      throw new UncheckedIOException("reading memory cannot fail", e);
    } finally {
      if (decoder != null) {
        decoder.destroy();
      }
    }
  }

  private static String boundary(String contentType) {
    Matcher parameter = BOUNDARY.matcher(contentType);
    if (!parameter.find()) {
      throw broken("has no boundary");
    }
    return parameter.group(1);
  }

  private static ObjectNode read(HttpPostMultipartRequestDecoder decoder, boolean several)
      throws IOException {
    ObjectNode fields = JSON.objectNode();
    ArrayNode files = JSON.arrayNode();
    for (InterfaceHttpData part : decoder.getBodyHttpDatas()) {
      switch (part) {
        case FileUpload file -> files.add(file(file));
        case Attribute text -> {
          String name = text.getName();
          if (FILES.contains(name)) {
            throw JsonFields.wrongType(name, "must be a file: give the part a filename");
          }
          String value = Text.decoded(text.get());
          if (value == null) {
            throw JsonFields.wrongType(Text.shortened(name), "must be UTF-8");
          }
          if (fields.has(name)) {
            throw JsonFields.wrong(Text.shortened(name), "is there twice");
          }
          if (!value.isEmpty()) {
            fields.set(name, scalar(name, value));
          }
        }
        default -> throw broken("has a part that is no field and no file");
      }
    }
    if (decoder.currentPartialHttpData() != null) {
      throw broken("ends in the middle of a part");
    }
    if (several && !files.isEmpty()) {
      fields.set("images", files);
    } else if (!files.isEmpty()) {
      fields.set("image", files.size() == 1 ? files.get(0) : files);
    }
    return fields;
  }

  private static byte[] file(FileUpload file) throws IOException {
    if (!FILES.contains(file.getName())) {
      throw JsonFields.wrong(
          Text.shortened(file.getName()), "is no file here; files are named image");
    }
    String type = file.getContentType();
    String media = type == null ? "" : type.split(";", 2)[0].trim().toLowerCase(Locale.ROOT);
    if (!media.isEmpty() && !FILE_TYPES.contains(media)) {
      throw new ApiException(
          415,
          ApiException.INVALID,
          "unsupported_media_type",
          file.getName(),
          file.getName() + ": must be image/png, not " + Text.shortened(media),
          0,
          null);
    }
    return file.get();
  }

  private static JsonNode scalar(String name, String value) {
    if (name.equals("stream") && (value.equals("true") || value.equals("false"))) {
      return JSON.booleanNode(value.equals("true"));
    }
    BigDecimal number = NUMBERS.contains(name) ? number(value) : null;
    return number == null ? JSON.textNode(value) : JSON.numberNode(number);
  }

  /** As JSON writes numbers; null if it is none. */
  private static @Nullable BigDecimal number(String value) {
    return value.matches("-?[0-9]{1,30}(\\.[0-9]{1,30})?([eE][+-]?[0-9]{1,3})?")
        ? new BigDecimal(value)
        : null;
  }

  private static ApiException broken(String problem) {
    return ApiException.refused(
        400,
        ErrorCodes.INVALID_VALUE,
        "The body " + problem + "; it must be multipart/form-data (RFC 7578) with a boundary.");
  }
}
