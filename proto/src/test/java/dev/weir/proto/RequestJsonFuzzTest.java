package dev.weir.proto;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.weir.proto.v1.GenerationRequest;

/**
 * Any bytes as a request in JSON. {@code mvn verify} runs the committed inputs; {@code
 * JAZZER_FUZZ=1} makes the same test search for new ones.
 */
final class RequestJsonFuzzTest {
  private static final RecordCodec CODEC = new RecordCodec();
  private static final RequestValidator VALIDATOR = new RequestValidator();

  @FuzzTest(maxDuration = "60s")
  void anyBytesAreRefusedByAnErrorOrAreARequestInBothForms(byte[] value) {
    GenerationRequest request;
    try {
      request = CODEC.decodeRequest(null, value, Headers.NONE).message();
    } catch (InvalidRequestException e) {
      checkOneLine(e);
      return;
    }
    GenerationRequest again =
        CODEC
            .decodeRequest(null, CODEC.encodeRequest(request, ContentType.JSON), Headers.NONE)
            .message();
    check(again.equals(request), "JSON, decoded and encoded, is another request");

    byte[] protobuf = CODEC.encodeRequest(request, ContentType.PROTOBUF);
    Headers headers =
        name -> name.equals(HeaderNames.CONTENT_TYPE) ? ContentType.PROTOBUF.headerValue() : null;
    GenerationRequest fromProtobuf = CODEC.decodeRequest(null, protobuf, headers).message();
    check(
        fromProtobuf.equals(request.toBuilder().setJsonChunks(false).build()),
        "Protobuf carries another request");
    try {
      VALIDATOR.validate(request);
    } catch (InvalidRequestException e) {
      checkOneLine(e);
    }
  }

  private static void checkOneLine(InvalidRequestException e) {
    String message = String.valueOf(e.getMessage());
    check(!message.isEmpty() && message.length() < 2000, "the message is empty or endless");
    check(message.chars().noneMatch(Character::isISOControl), "the message is not one line");
    check(message.startsWith(e.field()), "the message does not name its field");
  }

  private static void check(boolean right, String problem) {
    if (!right) {
      throw new AssertionError(problem);
    }
  }
}
