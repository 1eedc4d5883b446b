package dev.weir.proto;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import dev.weir.proto.v1.Chunk;
import dev.weir.proto.v1.Control;
import dev.weir.proto.v1.GenerationRequest;
import dev.weir.proto.v1.Tokens;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Values of records by their content type and key. */
final class RecordCodecTest {
  private static final RecordCodec CODEC = new RecordCodec();
  private static final String ID = "01952f3a-7c41-7abc-8def-0123456789ab";
  private static final byte[] LINE = "{\"model\":\"m\",\"prompt\":\"p\"}".getBytes(UTF_8);

  @Test
  void aValueWithoutContentTypeIsJson() {
    assertThat(CODEC.decodeRequest(null, LINE, Headers.NONE).message())
        .isEqualTo(
            GenerationRequest.newBuilder()
                .setModel("m")
                .setPrompt("p")
                .setJsonChunks(true)
                .build());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "application/json",
        "Application/JSON",
        "application/json; charset=utf-8",
        " application/json ;x"
      })
  void contentTypesAreReadAsMediaTypes(String header) {
    assertThat(ContentType.of(header)).isEqualTo(ContentType.JSON);
    assertThat(ContentType.of(header.replace("json", "x-protobuf").replace("JSON", "X-Protobuf")))
        .isEqualTo(ContentType.PROTOBUF);
  }

  @Test
  void anotherContentTypeIsRefused() {
    assertThatThrownBy(() -> CODEC.decodeRequest(null, LINE, contentType("text/plain\n")))
        .isInstanceOfSatisfying(
            InvalidRequestException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCodes.UNSUPPORTED_CONTENT_TYPE);
              assertThat(e.field()).isEqualTo("content-type");
              assertThat(e)
                  .hasMessage(
                      "content-type: must be application/json or application/x-protobuf, not"
                          + " text/plain?");
            });
  }

  @ParameterizedTest
  @EnumSource(ContentType.class)
  void theKeyIsTheRequestsId(ContentType type) {
    GenerationRequest request = GenerationRequest.newBuilder().setModel("m").setPrompt("p").build();
    Headers headers = contentType(type.mediaType());
    assertThat(CODEC.decodeRequest(ID, CODEC.encodeRequest(request, type), headers).message())
        .isEqualTo(request.toBuilder().setId(ID).setJsonChunks(type == ContentType.JSON).build());

    byte[] ofAnother = CODEC.encodeRequest(request.toBuilder().setId("another").build(), type);
    assertThat(CODEC.decodeRequest(null, ofAnother, headers).message().getId())
        .isEqualTo("another");
    assertThatThrownBy(() -> CODEC.decodeRequest(ID, ofAnother, headers))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessage("id: must equal the record's key or be left out");
  }

  @Test
  void theFormOfTheChunksIsThatOfTheRequestWhateverItSays() {
    GenerationRequest lying =
        GenerationRequest.newBuilder().setModel("m").setJsonChunks(true).build();
    byte[] value = CODEC.encodeRequest(lying, ContentType.PROTOBUF);
    assertThat(value).isEqualTo(lying.toBuilder().clearJsonChunks().build().toByteArray());
    assertThat(
            CODEC
                .decodeRequest(ID, lying.toByteArray(), contentType("application/x-protobuf"))
                .message()
                .getJsonChunks())
        .isFalse();
  }

  @Test
  void aChunkInProtobufLeavesItsIdToTheKey() {
    Chunk bare =
        Chunk.newBuilder()
            .setAttempt(ByteString.copyFromUtf8("0123456789abcdef"))
            .setTokens(Tokens.newBuilder().setFirstIndex(3).addIds(5).setText("a"))
            .build();
    Chunk whole = bare.toBuilder().setRequestId(ID).build();
    assertThat(CODEC.encodeChunk(ID, whole, ContentType.PROTOBUF))
        .isEqualTo(CODEC.encodeChunk(ID, bare, ContentType.PROTOBUF))
        .isEqualTo(bare.toByteArray());
    assertThat(
            CODEC
                .decodeChunk(ID, bare.toByteArray(), contentType("application/x-protobuf"))
                .message())
        .isEqualTo(whole);

    byte[] json = CODEC.encodeChunk(ID, bare, ContentType.JSON);
    assertThat(json).asString(UTF_8).startsWith("{\"request_id\":\"" + ID + "\",");
    assertThat(CODEC.decodeChunk(ID, json, contentType("application/json")).message())
        .isEqualTo(whole);
  }

  @Test
  void aCancellationWithoutIdCancelsTheRequestOfItsKey() {
    byte[] line = "{\"cancel\":{\"reason\":\"enough\"}}".getBytes(UTF_8);
    Control control = CODEC.decodeControl(ID, line, Headers.NONE).message();
    assertThat(control.getCancel().getRequestId()).isEqualTo(ID);
    assertThat(control.getCancel().getReason()).isEqualTo("enough");
    assertThat(
            CODEC
                .decodeControl(
                    ID, "{\"cancel\":{\"request_id\":\"other\"}}".getBytes(UTF_8), Headers.NONE)
                .message()
                .getCancel()
                .getRequestId())
        .isEqualTo("other");
    assertThat(CODEC.decodeControl(null, line, Headers.NONE).message().getCancel().getRequestId())
        .isEmpty();
  }

  @Test
  void bytesThatAreNoMessageAreRefused() {
    assertThatThrownBy(() ->
            CODEC.decodeRequest(ID, new byte[] {10, 127, 1}, contentType("application/x-protobuf")))
        .isInstanceOfSatisfying(
            InvalidRequestException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCodes.INVALID_PROTOBUF))
        .hasMessageStartingWith("the value is no GenerationRequest in Protobuf");
  }

  @Test
  void anUnknownReasonIsRefusedWithTheKnownOnes() {
    assertThatThrownBy(() ->
            CODEC.decodeChunk(
                ID, "{\"finished\":{\"reason\":\"tired\"}}".getBytes(UTF_8), Headers.NONE))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessage("finished.reason: must be one of stop, length, cancelled, deadline, error");
  }

  @Test
  void aChunkIsOfOneKind() {
    assertThatThrownBy(() ->
            CODEC.decodeChunk(ID, "{\"tokens\":{},\"image\":{}}".getBytes(UTF_8), Headers.NONE))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessage("image: only one of these may be there: image, tokens");
  }

  @Test
  void fieldsOfANewerVersionAreCounted() {
    Chunk newer = Chunk.newBuilder().setUnknownFields(varint(900)).build();
    Decoded<Chunk> decoded =
        CODEC.decodeChunk(ID, newer.toByteArray(), contentType("application/x-protobuf"));
    assertThat(decoded.unknownFields()).containsExactly("#900");
    assertThat(decoded.unknownCount()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {20, 39})
  void fieldsKeptForWhatIsNotBuiltAreRefused(int number) {
    GenerationRequest newer =
        GenerationRequest.newBuilder().setModel("m").setUnknownFields(varint(number)).build();
    assertThatThrownBy(() ->
            CODEC.decodeRequest(ID, newer.toByteArray(), contentType("application/x-protobuf")))
        .isInstanceOfSatisfying(
            InvalidRequestException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCodes.UNSUPPORTED_PARAMETER));
  }

  private static UnknownFieldSet varint(int number) {
    return UnknownFieldSet.newBuilder()
        .addField(number, UnknownFieldSet.Field.newBuilder().addVarint(1).build())
        .build();
  }

  private static Headers contentType(String mediaType) {
    return Headers.of(Map.of(HeaderNames.CONTENT_TYPE, mediaType.getBytes(UTF_8)));
  }
}
