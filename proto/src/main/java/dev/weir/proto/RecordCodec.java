package dev.weir.proto;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import com.google.protobuf.UnknownFieldSet;
import dev.weir.proto.v1.Chunk;
import dev.weir.proto.v1.Control;
import dev.weir.proto.v1.GenerationRequest;
import dev.weir.proto.v1.ModelCard;
import dev.weir.proto.v1.Result;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/**
 * Values of records, in JSON or Protobuf as their {@code content-type} header says. Safe for use by
 * any thread.
 *
 * <p>Every {@code decode} throws {@link InvalidRequestException} if the value is not what the
 * header says or not of the record's type; ranges of values are checked by {@link
 * RequestValidator}. A chunk in Protobuf leaves its request id to the record's key; decoding puts
 * it back.
 */
public final class RecordCodec {
  /** Numbers that {@code request.proto} keeps for what is not built yet. */
  private static final int FIRST_RESERVED = 20;

  private static final int LAST_RESERVED = 39;

  private final JsonCodec json;

  public RecordCodec() {
    this(new JsonCodec());
  }

  public RecordCodec(JsonCodec json) {
    this.json = json;
  }

  /**
   * A request. Its id is the record's key, its {@code json_chunks} says what the header said.
   *
   * @param key null if it was published without one: the id is what the value says, if anything
   */
  public Decoded<GenerationRequest> decodeRequest(
      @Nullable String key, byte[] value, Headers headers) {
    ContentType type = headers.contentType();
    Decoded<GenerationRequest> decoded =
        decode(value, type, GenerationRequest.getDefaultInstance(), GenerationRequest.parser());
    GenerationRequest request = decoded.message();
    for (int number : request.getUnknownFields().asMap().keySet()) {
      if (number >= FIRST_RESERVED && number <= LAST_RESERVED) {
        throw FieldPath.ROOT
            .field("#" + number)
            .unsupported("this field of a newer version is not supported; leave it out");
      }
    }
    if (key != null && !request.getId().isEmpty() && !request.getId().equals(key)) {
      throw FieldPath.ROOT.field("id").wrongValue("must equal the record's key or be left out");
    }
    var complete = request.toBuilder().setJsonChunks(type == ContentType.JSON);
    if (key != null) {
      complete.setId(key);
    }
    return new Decoded<>(complete.build(), decoded.unknownFields(), decoded.unknownCount());
  }

  public byte[] encodeRequest(GenerationRequest request, ContentType type) {
    // The content type says it, and one request has one form.
    GenerationRequest bare =
        request.getJsonChunks() ? request.toBuilder().clearJsonChunks().build() : request;
    return switch (type) {
      case JSON -> json.encode(bare);
      case PROTOBUF -> deterministic(bare);
    };
  }

  public Decoded<Chunk> decodeChunk(String key, byte[] value, Headers headers) {
    Decoded<Chunk> decoded =
        decode(value, headers.contentType(), Chunk.getDefaultInstance(), Chunk.parser());
    Chunk chunk = decoded.message();
    return chunk.getRequestId().equals(key)
        ? decoded
        : new Decoded<>(
            chunk.toBuilder().setRequestId(key).build(),
            decoded.unknownFields(),
            decoded.unknownCount());
  }

  public byte[] encodeChunk(String key, Chunk chunk, ContentType type) {
    return switch (type) {
      case JSON ->
          json.encode(
              chunk.getRequestId().equals(key)
                  ? chunk
                  : chunk.toBuilder().setRequestId(key).build());
      case PROTOBUF ->
          chunk.getRequestId().isEmpty()
              ? chunk.toByteArray()
              : chunk.toBuilder().clearRequestId().build().toByteArray();
    };
  }

  /** A control record; a cancellation without a request id cancels the request of the key. */
  public Decoded<Control> decodeControl(@Nullable String key, byte[] value, Headers headers) {
    Decoded<Control> decoded =
        decode(value, headers.contentType(), Control.getDefaultInstance(), Control.parser());
    Control control = decoded.message();
    if (key == null || !control.hasCancel() || !control.getCancel().getRequestId().isEmpty()) {
      return decoded;
    }
    var complete = control.toBuilder();
    complete.getCancelBuilder().setRequestId(key);
    return new Decoded<>(complete.build(), decoded.unknownFields(), decoded.unknownCount());
  }

  public Decoded<ModelCard> decodeModelCard(byte[] value, Headers headers) {
    return decode(value, headers.contentType(), ModelCard.getDefaultInstance(), ModelCard.parser());
  }

  public Decoded<Result> decodeResult(byte[] value, Headers headers) {
    return decode(value, headers.contentType(), Result.getDefaultInstance(), Result.parser());
  }

  public byte[] encodeControl(Control control, ContentType type) {
    return encode(control, type);
  }

  public byte[] encodeModelCard(ModelCard card, ContentType type) {
    return encode(card, type);
  }

  public byte[] encodeResult(Result result, ContentType type) {
    return encode(result, type);
  }

  private byte[] encode(Message message, ContentType type) {
    return switch (type) {
      case JSON -> json.encode(message);
      case PROTOBUF -> message.toByteArray();
    };
  }

  private <T extends Message> Decoded<T> decode(
      byte[] value, ContentType type, T prototype, Parser<T> parser) {
    return switch (type) {
      case JSON -> json.decode(value, prototype);
      case PROTOBUF -> {
        try {
          yield counted(parser.parseFrom(value));
        } catch (InvalidProtocolBufferException e) {
          throw FieldPath.ROOT.error(
              ErrorCodes.INVALID_PROTOBUF,
              "the value is no %s in Protobuf: %s"
                  .formatted(prototype.getDescriptorForType().getName(), e.getMessage()));
        }
      }
    };
  }

  // Only on the top level, where a newer version adds kinds: a walk through each chunk would cost
  // more than its parsing.
  private static <T extends Message> Decoded<T> counted(T message) {
    UnknownFieldSet fields = message.getUnknownFields();
    if (fields.asMap().isEmpty()) {
      return Decoded.known(message);
    }
    var unknown = new UnknownFields();
    for (int number : fields.asMap().keySet()) {
      unknown.add(FieldPath.ROOT.field("#" + number));
    }
    return unknown.with(message);
  }

  // The order of a map's entries would else depend on how it was filled.
  private static byte[] deterministic(Message message) {
    var bytes = new byte[message.getSerializedSize()];
    var output = CodedOutputStream.newInstance(bytes);
    output.useDeterministicSerialization();
    try {
      message.writeTo(output);
      output.checkNoSpaceLeft();
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory cannot fail", e);
    }
    return bytes;
  }
}
