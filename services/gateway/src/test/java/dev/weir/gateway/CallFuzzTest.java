package dev.weir.gateway;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weir.proto.InvalidRequestException;
import dev.weir.proto.JsonCodec;
import dev.weir.proto.RequestValidator;
import dev.weir.stream.Cursor;
import dev.weir.stream.RequestPublisher.Published;
import io.vertx.core.MultiMap;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * What strangers send over HTTP and WebSocket, part by part. {@code mvn verify} runs the committed
 * inputs; {@code .ci/fuzz} searches for new ones.
 */
final class CallFuzzTest {
  private static final int MOST_CHOICES = 16;
  private static final RequestParser PARSER =
      new RequestParser(new JsonCodec(), new RequestValidator(), MOST_CHOICES);
  private static final byte[] FORM = new TestingForm().field("model", "pixel").bytes();
  private static final ImageParser IMAGES = new ImageParser(new RequestValidator());
  private static final IdempotencyKeys KEYS = new IdempotencyKeys(GatewayConfig.load(Map.of()));

  /** The first byte says which call it is. */
  @FuzzTest(maxDuration = "60s")
  void anyBodyIsRefusedByAnErrorOrIsACall(byte[] bytes) {
    int call = bytes.length == 0 ? 0 : Byte.toUnsignedInt(bytes[0]) % 3;
    byte[] body = Arrays.copyOfRange(bytes, Math.min(1, bytes.length), bytes.length);
    MultiMap headers = MultiMap.caseInsensitiveMultiMap();
    refusedOr(() -> {
      switch (call) {
        case 0 -> checkCall(PARSER.chat(body, headers));
        case 1 -> checkCall(PARSER.completion(body, headers));
        default -> {
          ObjectNode json = PARSER.object(body);
          check(!PARSER.nativeRequest(json).getModel().isEmpty(), "a request without a model");
          checkOptions(WeirOptions.read(json.path(WeirOptions.FIELD), headers));
        }
      }
    });
  }

  /** The first byte says which route, and whether the rest is JSON or a form. */
  @FuzzTest(maxDuration = "60s")
  void anyBodyIsRefusedByAnErrorOrAsksForPictures(byte[] bytes) {
    int call = bytes.length == 0 ? 0 : Byte.toUnsignedInt(bytes[0]) % 6;
    byte[] body = Arrays.copyOfRange(bytes, Math.min(1, bytes.length), bytes.length);
    ImageKind kind = ImageKind.values()[call % 3];
    refusedOr(() -> {
      ObjectNode json =
          call < 3
              ? PARSER.object(body)
              : MultipartForm.read(
                  body, TestingForm.contentType(), kind == ImageKind.INTERPOLATION);
      ImageCall asked = IMAGES.call(json, kind, MultiMap.caseInsensitiveMultiMap(), () -> 7);
      check(asked.count() >= kind.least && asked.count() <= kind.most, "too many pictures");
      check(asked.request().getImage().getSourcesCount() == kind.sources, "other sources");
      check(asked.request().getImage().getScale() <= 64, "a picture beyond all others");
      checkOptions(asked.weir());
    });
  }

  private static void checkCall(OpenAiCall call) {
    check(!call.requests().isEmpty(), "a call for nothing");
    check(call.requests().size() <= MOST_CHOICES, "more answers than a call may have");
    check(call.echoes().size() == call.requests().size(), "an answer without what comes before");
    checkOptions(call.weir());
  }

  private static void checkOptions(WeirOptions options) {
    check(options.timeoutMs() >= 0, "a deadline before all time");
    check(Math.abs(options.priority()) <= 100, "a priority beyond all others");
  }

  @FuzzTest(maxDuration = "60s")
  void anyMessageOfASocketIsRefusedByAnErrorOrIsACommand(byte[] bytes) {
    refusedOr(() -> {
      switch (SocketCommand.parse(PARSER.object(bytes))) {
        case SocketCommand.Submit submit -> {
          checkCredit(submit.credit() == null ? 1 : submit.credit());
          PARSER.nativeRequest(submit.request());
        }
        case SocketCommand.Follow follow -> {
          check(NativeRoutes.isRequestId(follow.id()), "no id of a request");
          checkCredit(follow.credit() == null ? 1 : follow.credit());
        }
        case SocketCommand.Credit credit -> checkCredit(credit.count());
        case SocketCommand.Cancel cancel ->
            check(NativeRoutes.isRequestId(cancel.id()), "no id of a request");
        case SocketCommand.Unfollow unfollow ->
            check(NativeRoutes.isRequestId(unfollow.id()), "no id of a request");
        case SocketCommand.Auth _, SocketCommand.Ping _ -> {}
      }
    });
  }

  private static void checkCredit(long credit) {
    check(credit >= 0 && credit <= SocketCommand.MOST_CREDIT, "credit beyond its limits");
  }

  @FuzzTest(maxDuration = "60s")
  void anyCursorIsRefusedByAnErrorOrIsAPlace(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    refusedOr(() -> {
      Cursor cursor = NativeRoutes.cursor("last-event-id", text);
      check(cursor.partition() >= 0 && cursor.offset() >= 0, "a place before all others");
      check(cursor.equals(Cursor.parse(cursor.toString())), "written again, it is another place");
    });
  }

  /** The first byte says which header it is. */
  @FuzzTest(maxDuration = "60s")
  void anyHeaderIsRefusedByAnErrorOrHasAMeaning(byte[] bytes) {
    int header = bytes.length == 0 ? 0 : Byte.toUnsignedInt(bytes[0]) % 4;
    String value =
        new String(
            bytes,
            Math.min(1, bytes.length),
            Math.max(0, bytes.length - 1),
            StandardCharsets.ISO_8859_1);
    refusedOr(() -> {
      switch (header) {
        case 0 -> {
          CompletableFuture<List<Published>> published =
              KEYS.once(value, "caller", bytes, () -> CompletableFuture.completedFuture(List.of()));
          check(published.isDone(), "a key that leads nowhere");
        }
        case 1 ->
            checkOptions(
                WeirOptions.read(
                    PARSER.object("{}".getBytes(StandardCharsets.UTF_8)).path(WeirOptions.FIELD),
                    MultiMap.caseInsensitiveMultiMap()
                        .add("traceparent", value)
                        .add("weir-detach", value)));
        case 2 -> NativeRoutes.isRequestId(value);
        default ->
            MultipartForm.read(
                FORM, "multipart/form-data" + value.replaceAll("[\\r\\n\0]", ""), true);
      }
    });
  }

  /** A refusal is a status of the caller's, and one readable line. */
  private static void refusedOr(Runnable call) {
    ApiException refusal;
    try {
      call.run();
      return;
    } catch (ApiException | InvalidRequestException e) {
      refusal = ApiException.of(e);
    }
    check(refusal.status() >= 400 && refusal.status() < 500, "a status that is not the caller's");
    check(!refusal.text().isEmpty() && refusal.text().length() < 2000, "an endless message");
    check(refusal.text().chars().noneMatch(Character::isISOControl), "not one line");
    check(
        TestingGateway.json(refusal.body()).at("/error/code").textValue().equals(refusal.code()),
        "its body is no JSON");
  }

  private static void check(boolean right, String problem) {
    if (!right) {
      throw new AssertionError(problem);
    }
  }
}
