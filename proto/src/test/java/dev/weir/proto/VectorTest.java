package dev.weir.proto;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import dev.weir.proto.v1.Chunk;
import dev.weir.proto.v1.Control;
import dev.weir.proto.v1.GenerationRequest;
import dev.weir.proto.v1.ModelCard;
import dev.weir.proto.v1.Result;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Both forms of every record stay what they are, and stay the same record. */
final class VectorTest {
  private static final RecordCodec CODEC = new RecordCodec();

  static List<Vector> vectors() {
    return Vector.all();
  }

  @ParameterizedTest
  @MethodSource("vectors")
  void bothFormsAreTheSameRecord(Vector vector) throws Exception {
    Message fromJson = decode(vector, vector.json(), ContentType.JSON);
    Message fromProtobuf = decode(vector, vector.protobuf(), ContentType.PROTOBUF);
    if (fromJson instanceof GenerationRequest request) {
      assertThat(request.getJsonChunks()).isTrue();
      assertThat(((GenerationRequest) fromProtobuf).getJsonChunks()).isFalse();
      fromJson = request.toBuilder().setJsonChunks(false).build();
    }
    assertThat(fromJson).isEqualTo(fromProtobuf);

    Message.Builder written = vector.type().newBuilderForType();
    TextFormat.merge(vector.text(), written);
    if (written instanceof Chunk.Builder chunk) {
      chunk.setRequestId(vector.key());
    }
    assertThat(fromProtobuf).isEqualTo(written.build());
  }

  @ParameterizedTest
  @MethodSource("vectors")
  void encodingGivesExactlyTheseBytes(Vector vector) {
    Message message = decode(vector, vector.json(), ContentType.JSON);
    assertThat(encode(vector, message, ContentType.PROTOBUF))
        .asHexString()
        .isEqualToIgnoringCase(HexFormat.of().formatHex(vector.protobuf()));
    assertThat(encode(vector, message, ContentType.JSON))
        .asString()
        .isEqualTo(new String(vector.json(), UTF_8));
  }

  @Test
  void everyFieldOfTheContractIsInSomeVector() {
    Set<String> expected = new TreeSet<>();
    Vector.RECORDS.forEach(record -> collectNames(record.getDescriptorForType(), expected));
    expected.remove("weir.v1.GenerationRequest.json_chunks"); // is the content type

    Set<String> seen = new TreeSet<>();
    for (Vector vector : Vector.all()) {
      collectSet(decode(vector, vector.protobuf(), ContentType.PROTOBUF), seen);
    }
    assertThat(seen).containsAll(expected);
  }

  private static void collectNames(Descriptor type, Set<String> names) {
    for (FieldDescriptor field : type.getFields()) {
      names.add(field.getFullName());
      if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE && !field.isMapField()) {
        collectNames(field.getMessageType(), names);
      }
    }
  }

  private static void collectSet(Message message, Set<String> names) {
    for (Map.Entry<FieldDescriptor, Object> entry : message.getAllFields().entrySet()) {
      names.add(entry.getKey().getFullName());
      if (entry.getValue() instanceof Message inner) {
        collectSet(inner, names);
      } else if (entry.getValue() instanceof List<?> list && !entry.getKey().isMapField()) {
        list.stream()
            .filter(element -> element instanceof Message)
            .forEach(element -> collectSet((Message) element, names));
      }
    }
  }

  private static Message decode(Vector vector, byte[] value, ContentType type) {
    Headers headers = Headers.of(Map.of(HeaderNames.CONTENT_TYPE, type.headerValue()));
    Decoded<? extends Message> decoded =
        switch (vector.record()) {
          case "request" -> CODEC.decodeRequest(vector.key(), value, headers);
          case "chunk" -> CODEC.decodeChunk(vector.key(), value, headers);
          case "control" -> CODEC.decodeControl(vector.key(), value, headers);
          case "model-card" -> CODEC.decodeModelCard(value, headers);
          case "result" -> CODEC.decodeResult(value, headers);
          default -> throw new IllegalStateException(vector.record());
        };
    assertThat(decoded.unknownFields()).isEmpty();
    return decoded.message();
  }

  private static byte[] encode(Vector vector, Message message, ContentType type) {
    return switch (message) {
      case GenerationRequest request -> CODEC.encodeRequest(request, type);
      case Chunk chunk -> CODEC.encodeChunk(vector.key(), chunk, type);
      case Control control -> CODEC.encodeControl(control, type);
      case ModelCard card -> CODEC.encodeModelCard(card, type);
      case Result result -> CODEC.encodeResult(result, type);
      default -> throw new IllegalStateException(vector.record());
    };
  }
}
