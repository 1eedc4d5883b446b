package dev.weir.proto;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Message;
import dev.weir.proto.v1.GenerationRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Set;

/**
 * The JSON form of every message of the contract. Safe for use by any thread.
 *
 * <p>Names are those of the {@code .proto} files (snake_case); 64-bit integers are JSON numbers,
 * exact; enum values are lower-case names without prefix ({@code "stop"}); bytes are base64 (RFC
 * 4648); maps are objects; what is absent is left out, and null is absent. That differs from
 * Protobuf's own JSON mapping (camelCase, 64-bit integers as strings), for this is what clients of
 * the OpenAI API know. A request moreover has the flat form that {@link RequestJson} tells.
 *
 * <p>Unknown fields are counted. Everything else that is wrong is an {@link
 * InvalidRequestException} with the field's path; two fields of one name, text behind the document,
 * NaN and half surrogate pairs are wrong.
 */
public final class JsonCodec {
  // The longest double without exponent has 17 digits and up to 308 zeros.
  private static final int LONGEST_NUMBER = 400;

  private final JsonLimits limits;
  private final ObjectMapper mapper;

  public JsonCodec() {
    this(JsonLimits.DEFAULT);
  }

  public JsonCodec(JsonLimits limits) {
    this.limits = limits;
    this.mapper = mapper(limits, LONGEST_NUMBER);
  }

  static ObjectMapper mapper(JsonLimits limits, int longestNumber) {
    var constraints =
        StreamReadConstraints.builder()
            .maxDocumentLength(limits.maxDocumentBytes())
            .maxStringLength(limits.maxDocumentBytes())
            .maxNestingDepth(limits.maxDepth())
            .maxNameLength(1024)
            .maxNumberLength(longestNumber)
            .build();
    JsonFactory factory =
        JsonFactory.builder()
            .streamReadConstraints(constraints)
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES) // names come from strangers
            .enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8) // an emoji as itself
            .build();
    return JsonMapper.builder(factory)
        .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
        .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
        .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
        // 1.0 stays 1.0 in variables of a chat template, where it is another type than 1.
        .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
        .build();
  }

  /**
   * The JSON of a message, in UTF-8.
   *
   * @throws IllegalArgumentException if it holds a number that is not finite, or a request's {@code
   *     chat_template_kwargs} is no JSON object
   */
  public byte[] encode(Message message) {
    var bytes = new ByteArrayOutputStream(256);
    try (JsonGenerator json = mapper.createGenerator(bytes)) {
      if (message instanceof GenerationRequest request) {
        RequestJson.write(request, json);
      } else {
        new JsonWriter(json).writeMessage(message);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory cannot fail", e);
    }
    return bytes.toByteArray();
  }

  /**
   * A message from its JSON.
   *
   * @param type any message of the wanted type, usually its default instance
   */
  public <T extends Message> Decoded<T> decode(byte[] json, T type) {
    return decode(readObject(json), type);
  }

  /** A message from a tree, such as a part of a WebSocket message. */
  @SuppressWarnings("unchecked") // a builder builds the type that made it
  public <T extends Message> Decoded<T> decode(ObjectNode json, T type) {
    if (type instanceof GenerationRequest) {
      return (Decoded<T>) decodeRequest(json, Set.of());
    }
    var unknown = new UnknownFields();
    Message.Builder builder = type.newBuilderForType();
    new JsonReader(unknown).readMessage(json, builder, FieldPath.ROOT);
    return unknown.with((T) builder.build());
  }

  /**
   * A request from a tree.
   *
   * @param handledByCaller top-level fields that are passed over, since the caller knows them: the
   *     gateway names {@code stream}, {@code stream_options}, {@code n} and its own
   */
  public Decoded<GenerationRequest> decodeRequest(ObjectNode json, Set<String> handledByCaller) {
    var unknown = new UnknownFields();
    return unknown.with(new RequestJson(mapper, unknown).read(json, handledByCaller));
  }

  /**
   * The tree of a JSON object, read within the limits.
   *
   * @throws InvalidRequestException if it is broken, too large, too deep or no object
   */
  public ObjectNode readObject(byte[] json) {
    if (json.length > limits.maxDocumentBytes()) {
      throw new InvalidRequestException(
          "",
          ErrorCodes.REQUEST_TOO_LARGE,
          413,
          "the JSON has " + json.length + " bytes; at most " + limits.maxDocumentBytes());
    }
    try {
      JsonNode tree = mapper.readTree(json);
      if (tree instanceof ObjectNode object) {
        return object;
      }
      throw FieldPath.ROOT.error(
          ErrorCodes.INVALID_JSON,
          tree.isMissingNode()
              ? "the JSON is empty; send an object"
              : "the JSON must be an object, not " + JsonReader.kind(tree));
    } catch (JsonProcessingException e) {
      throw FieldPath.ROOT.error(ErrorCodes.INVALID_JSON, describe(e));
    } catch (NumberFormatException e) { // Jackson lets it through for 1e99999999999999999999
      throw FieldPath.ROOT.error(
          ErrorCodes.INVALID_JSON, "broken JSON: a number has too many digits in its exponent");
    } catch (IOException e) { // bytes that are no text in the encoding that the first ones promise
      throw FieldPath.ROOT.error(ErrorCodes.INVALID_JSON, "the JSON is not valid UTF-8");
    }
  }

  private static String describe(JsonProcessingException e) {
    // Jackson's own advice to programmers goes; the cause stays.
    String cause =
        String.valueOf(e.getOriginalMessage())
            .replaceAll("\\s*\\(start marker at[^)]*\\)?\\]?\\)?", "")
            .replaceAll(", from `[^`]*`| for `ObjectNode`| \\(bound as `[^`]*`\\)", "")
            .replaceAll(": (enable|not allowed) .*", "")
            .replaceAll("\\s+", " ");
    cause = FieldPath.printable(cause, 200);
    JsonLocation place = e.getLocation();
    return place == null
        ? "broken JSON: " + cause
        : "broken JSON at line %d, column %d: %s"
            .formatted(place.getLineNr(), place.getColumnNr(), cause);
  }
}
