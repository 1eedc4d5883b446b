package dev.weir.proto;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.weir.proto.v1.GenerationRequest;

/**
 * Any bytes as a request in JSON. {@code mvn verify} runs the committed inputs; {@code .ci/fuzz}
 * searches for new ones.
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
      FuzzChecks.refusal(e);
      return;
    }
    GenerationRequest again =
        CODEC
            .decodeRequest(null, CODEC.encodeRequest(request, ContentType.JSON), Headers.NONE)
            .message();
    FuzzChecks.check(again.equals(request), "JSON, decoded and encoded, is another request");

    byte[] protobuf = CODEC.encodeRequest(request, ContentType.PROTOBUF);
    Headers headers =
        name -> name.equals(HeaderNames.CONTENT_TYPE) ? ContentType.PROTOBUF.headerValue() : null;
    GenerationRequest fromProtobuf = CODEC.decodeRequest(null, protobuf, headers).message();
    FuzzChecks.check(
        fromProtobuf.equals(request.toBuilder().setJsonChunks(false).build()),
        "Protobuf carries another request");
    try {
      VALIDATOR.validate(request);
    } catch (InvalidRequestException e) {
      FuzzChecks.refusal(e);
    }
  }
}
