package dev.weir.proto;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.protobuf.Message;
import dev.weir.proto.v1.Chunk;
import dev.weir.proto.v1.Control;
import dev.weir.proto.v1.GenerationRequest;
import dev.weir.proto.v1.ModelCard;
import dev.weir.proto.v1.Result;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Any bytes as a record of any kind, in either form, and as its headers. {@code mvn verify} runs
 * the committed inputs; {@code .ci/fuzz} searches for new ones.
 */
final class RecordFuzzTest {
  private static final RecordCodec CODEC = new RecordCodec();
  private static final String KEY = "01JD0000000000000000000000";
  private static final int RECORDS = Vector.RECORDS.size();

  /** The vectors; a byte before each says which record it is, and in which form. */
  static Stream<byte[]> vectors() {
    return Vector.all().stream()
        .flatMap(vector -> {
          int record = Vector.RECORDS.indexOf(vector.type());
          return Stream.of(
              prefixed(record, vector.json()), prefixed(record + RECORDS, vector.protobuf()));
        });
  }

  private static byte[] prefixed(int first, byte[] rest) {
    byte[] bytes = new byte[rest.length + 1];
    bytes[0] = (byte) first;
    System.arraycopy(rest, 0, bytes, 1, rest.length);
    return bytes;
  }

  @MethodSource("vectors")
  @FuzzTest(maxDuration = "60s")
  void anyBytesAreRefusedByAnErrorOrAreARecordThatIsKeptInBothForms(byte[] bytes) {
    if (bytes.length == 0) {
      return;
    }
    int first = Byte.toUnsignedInt(bytes[0]) % (2 * RECORDS);
    Message type = Vector.RECORDS.get(first % RECORDS);
    ContentType form = first < RECORDS ? ContentType.JSON : ContentType.PROTOBUF;
    Message record;
    try {
      record = decode(type, Arrays.copyOfRange(bytes, 1, bytes.length), form);
    } catch (InvalidRequestException e) {
      FuzzChecks.refusal(e);
      return;
    }
    Message again = decode(type, encode(record, form), form);
    FuzzChecks.check(again.equals(record), "decoded and encoded, it is another record");
    switch (form) {
      case JSON -> {
        Message other = decode(type, encode(record, ContentType.PROTOBUF), ContentType.PROTOBUF);
        FuzzChecks.check(bare(other).equals(bare(record)), "Protobuf carries another record");
      }
      case PROTOBUF -> {
        byte[] json;
        try {
          json = encode(record, ContentType.JSON);
        } catch (IllegalArgumentException e) {
          return; // JSON has no NaN, and no variables of a template that are no object
        }
        decodeOrRefuse(type, json);
      }
    }
  }

  /** Protobuf has values that JSON's reader refuses, such as an enum's number without a name. */
  private static void decodeOrRefuse(Message type, byte[] json) {
    try {
      decode(type, json, ContentType.JSON);
    } catch (InvalidRequestException e) {
      FuzzChecks.refusal(e);
    }
  }

  @FuzzTest(maxDuration = "60s")
  void anyHeaderIsRefusedByAnErrorOrHasAMeaning(byte[] value) {
    Headers headers = name -> value;
    try {
      headers.contentType();
    } catch (InvalidRequestException e) {
      FuzzChecks.refusal(e);
    }
    try {
      FuzzChecks.check(headers.tenant().matches("[A-Za-z0-9._-]{1,64}"), "no name of a tenant");
    } catch (InvalidRequestException e) {
      FuzzChecks.refusal(e);
    }
    try {
      FuzzChecks.check(headers.deadlineMs() >= 0, "a deadline before all time");
    } catch (InvalidRequestException e) {
      FuzzChecks.refusal(e);
    }
    try {
      headers.priority();
    } catch (InvalidRequestException e) {
      FuzzChecks.refusal(e);
    }
    String trace = headers.traceparent();
    FuzzChecks.check(trace == null || trace.length() == 55, "no trace");
  }

  private static Headers headers(ContentType form) {
    return name -> name.equals(HeaderNames.CONTENT_TYPE) ? form.headerValue() : null;
  }

  private static Message decode(Message type, byte[] value, ContentType form) {
    Headers headers = headers(form);
    return switch (type) {
      case GenerationRequest _ -> CODEC.decodeRequest(null, value, headers).message();
      case Chunk _ -> CODEC.decodeChunk(KEY, value, headers).message();
      case Control _ -> CODEC.decodeControl(KEY, value, headers).message();
      case ModelCard _ -> CODEC.decodeModelCard(value, headers).message();
      case Result _ -> CODEC.decodeResult(value, headers).message();
      default -> throw new IllegalArgumentException(type.getDescriptorForType().getName());
    };
  }

  private static byte[] encode(Message record, ContentType form) {
    return switch (record) {
      case GenerationRequest request -> CODEC.encodeRequest(request, form);
      case Chunk chunk -> CODEC.encodeChunk(KEY, chunk, form);
      case Control control -> CODEC.encodeControl(control, form);
      case ModelCard card -> CODEC.encodeModelCard(card, form);
      case Result result -> CODEC.encodeResult(result, form);
      default -> throw new IllegalArgumentException(record.getDescriptorForType().getName());
    };
  }

  /** Without what the content type says, not the value. */
  private static Message bare(Message record) {
    return record instanceof GenerationRequest request
        ? request.toBuilder().clearJsonChunks().build()
        : record;
  }
}
