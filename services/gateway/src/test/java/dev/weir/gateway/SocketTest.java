package dev.weir.gateway;

import static dev.weir.gateway.TestingGateway.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weir.proto.v1.FinishReason;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class SocketTest {
  private static final String SUBMIT =
      "{\"type\":\"submit\",\"ref\":\"r1\",\"request\":{\"model\":\"smollm2\",\"prompt\":\"x\"}%s}";

  private TestingGateway gateway;
  private TestingStreams streams;

  @BeforeEach
  void start() {
    gateway =
        new TestingGateway(
            "stream-window",
            "4",
            "ws.max-streams",
            "3",
            "ws.max-message",
            "2000",
            "ws.max-frame",
            "1000",
            "allowed-origins",
            "https://studio.example");
    streams = gateway.streams;
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  @Test
  void aSubmittedRequestIsAcceptedStartedStreamedAndFinished() throws Exception {
    try (TestingSocket socket = new TestingSocket(gateway)) {
      socket.send(SUBMIT.formatted(""));
      var sent = streams.takeRequest();
      streams.answer(sent.id(), FinishReason.FINISH_REASON_STOP, "a", "b");
      assertThat(socket.next())
          .isEqualTo(
              json(
                  "{\"type\":\"accepted\",\"ref\":\"r1\",\"id\":\"%s\",\"from\":\"0-1000\"}"
                      .formatted(sent.id())));
      assertThat(socket.next())
          .isEqualTo(
              json(
                  """
                  {"type":"started","id":"%s","model":"smollm2","worker":"worker-1",
                   "attempt":"00000000000000000000000000000000"}
                  """
                      .formatted(sent.id())));
      assertThat(socket.next())
          .isEqualTo(
              json(
                  """
                  {"type":"tokens","id":"%s","cursor":"0-1001","first_index":0,"ids":[100],
                   "text":"a","born_ms":1700000000123,"prompt_tokens":5,"cached_tokens":0}
                  """
                      .formatted(sent.id())));
      assertThat(socket.next().get("text").textValue()).isEqualTo("b");
      assertThat(socket.next())
          .isEqualTo(
              json(
                  """
                  {"type":"finished","id":"%s","reason":"stop","total":2,
                   "usage":{"prompt_tokens":5,"completion_tokens":2,"cached_tokens":2},
                   "timings":{"queued_ms":0,"prefill_ms":0,"decode_ms":0},"stop":"","text":""}
                  """
                      .formatted(sent.id())));
      Eventually.that(() -> assertThat(streams.subscriptions).hasValue(0));
    }
  }

  @Test
  void aStreamIsFollowedFromItsBeginningAndBehindACursor() throws Exception {
    String id = submitDetached();
    streams.answer(id, FinishReason.FINISH_REASON_STOP, "a", "b", "c");
    try (TestingSocket socket = new TestingSocket(gateway)) {
      socket.send("{\"type\":\"follow\",\"id\":\"%s\"}".formatted(id));
      assertThat(texts(socket)).isEqualTo("abc");
      socket.send("{\"type\":\"follow\",\"id\":\"%s\",\"after\":\"0-1002\"}".formatted(id));
      assertThat(texts(socket)).isEqualTo("c");
      socket.send("{\"type\":\"follow\",\"id\":\"%s\",\"from\":\"0-1000\"}".formatted(id));
      assertThat(texts(socket)).isEqualTo("abc");
    }
  }

  @Test
  void withoutCreditNothingComesAndNothingIsKept() throws Exception {
    String id = submitDetached();
    streams.started(id);
    for (int i = 0; i < 100; i++) {
      streams.tokens(id, i, i + " ");
    }
    streams.finished(id, FinishReason.FINISH_REASON_STOP, 100);
    try (TestingSocket socket = new TestingSocket(gateway)) {
      socket.send("{\"type\":\"follow\",\"id\":\"%s\",\"credit\":2}".formatted(id));
      assertThat(socket.next().get("type").textValue()).isEqualTo("started");
      assertThat(socket.next().get("text").textValue()).isEqualTo("0 ");
      assertThat(socket.next().get("text").textValue()).isEqualTo("1 ");
      // The window is full and the subscription closed: what is not wanted is not held.
      Eventually.that(() -> assertThat(streams.subscriptions).hasValue(0));
      socket.send("{\"type\":\"ping\"}");
      assertThat(socket.next().get("type").textValue()).isEqualTo("pong");

      socket.send("{\"type\":\"credit\",\"id\":\"%s\",\"n\":98}".formatted(id));
      for (int i = 2; i < 100; i++) {
        assertThat(socket.next().get("text").textValue()).isEqualTo(i + " ");
      }
      // The end costs no credit.
      assertThat(socket.next().get("type").textValue()).isEqualTo("finished");
    }
  }

  @Test
  void aSlowStreamHoldsNoOtherBack() throws Exception {
    String slow = submitDetached();
    String fast = submitDetached();
    try (TestingSocket socket = new TestingSocket(gateway)) {
      socket.send("{\"type\":\"follow\",\"id\":\"%s\",\"credit\":0}".formatted(slow));
      socket.send("{\"type\":\"follow\",\"id\":\"%s\"}".formatted(fast));
      streams.started(slow);
      streams.tokens(slow, 0, "slow");
      streams.answer(fast, FinishReason.FINISH_REASON_STOP, "fast");
      List<String> seen = new ArrayList<>();
      JsonNode message;
      do {
        message = socket.next();
        seen.add(message.get("type").textValue() + message.path("text").asText(""));
      } while (!message.get("type").textValue().equals("finished"));
      assertThat(seen).contains("tokensfast").doesNotContain("tokensslow");
    }
  }

  @Test
  void aSocketThatClosesCancelsWhatItSubmittedButNotWhatIsDetachedOrFollowed() throws Exception {
    String followed = submitDetached();
    String own;
    try (TestingSocket socket = new TestingSocket(gateway)) {
      socket.send(SUBMIT.formatted(""));
      own = streams.takeRequest().id();
      socket.send(SUBMIT.formatted(",\"detach\":true"));
      streams.takeRequest();
      socket.send("{\"type\":\"follow\",\"id\":\"%s\"}".formatted(followed));
      Eventually.that(() -> assertThat(streams.subscriptions).hasValue(3));
    }
    assertThat(streams.takeCancellation()).isEqualTo(own);
    Eventually.that(() -> assertThat(streams.subscriptions).hasValue(0));
    assertThat(streams.cancellations).isEmpty();
  }

  @Test
  void aStreamThatIsLeftSaysNothingMore() throws Exception {
    String id = submitDetached();
    try (TestingSocket socket = new TestingSocket(gateway)) {
      socket.send("{\"type\":\"follow\",\"id\":\"%s\"}".formatted(id));
      streams.started(id);
      assertThat(socket.next().get("type").textValue()).isEqualTo("started");
      socket.send("{\"type\":\"unfollow\",\"id\":\"%s\"}".formatted(id));
      Eventually.that(() -> assertThat(streams.subscriptions).hasValue(0));
      streams.tokens(id, 0, "a");
      socket.send("{\"type\":\"ping\"}");
      assertThat(socket.next().get("type").textValue()).isEqualTo("pong");
      assertThat(streams.cancellations).isEmpty();
    }
  }

  @Test
  void aRequestIsCancelledOverTheSocket() throws Exception {
    try (TestingSocket socket = new TestingSocket(gateway)) {
      socket.send("{\"type\":\"cancel\",\"id\":\"018f-0042\"}");
      assertThat(socket.next()).isEqualTo(json("{\"type\":\"cancelled\",\"id\":\"018f-0042\"}"));
      assertThat(streams.takeCancellation()).isEqualTo("018f-0042");
    }
  }

  @Test
  void aFailedRequestIsAnErrorAndThenTheEnd() throws Exception {
    try (TestingSocket socket = new TestingSocket(gateway)) {
      socket.send(SUBMIT.formatted(""));
      var sent = streams.takeRequest();
      streams.started(sent.id());
      streams.failed(sent.id(), "context_length_exceeded", 400, "prompt");
      socket.next();
      socket.next();
      assertThat(socket.next())
          .isEqualTo(
              json(
                  """
                  {"type":"error","id":"%s","code":"context_length_exceeded",
                   "message":"the worker says context_length_exceeded","field":"prompt",
                   "status":400}
                  """
                      .formatted(sent.id())));
      JsonNode end = socket.next();
      assertThat(end.get("type").textValue()).isEqualTo("finished");
      assertThat(end.get("reason").textValue()).isEqualTo("error");
    }
  }

  @Test
  void whatIsWrongInAMessageIsNamedAndTheSocketStays() throws Exception {
    try (TestingSocket socket = new TestingSocket(gateway)) {
      assertError(socket, "{", "invalid_json", "");
      assertError(socket, "{}", "invalid_type", "type");
      assertError(socket, "{\"type\":\"shout\"}", "invalid_value", "type");
      assertError(socket, "{\"type\":\"submit\",\"request\":{}}", "invalid_type", "ref");
      assertError(socket, "{\"type\":\"submit\",\"ref\":\"r\"}", "invalid_type", "request");
      assertError(
          socket,
          "{\"type\":\"submit\",\"ref\":\"r\",\"request\":{\"model\":\"smollm2\"}}",
          "missing_required_parameter",
          "prompt");
      JsonNode error =
          assertError(
              socket,
              "{\"type\":\"submit\",\"ref\":\"r7\",\"request\":{\"model\":\"x\",\"prompt\":\"y\"}}",
              "model_not_found",
              "model");
      assertThat(error.get("ref").textValue()).isEqualTo("r7");
      assertThat(error.get("status").intValue()).isEqualTo(404);
      assertError(socket, "{\"type\":\"follow\",\"id\":7}", "invalid_type", "id");
      assertError(
          socket, "{\"type\":\"follow\",\"id\":\"a\",\"after\":\"b\"}", "invalid_value", "after");
      assertError(socket, "{\"type\":\"credit\",\"id\":\"a\",\"n\":0}", "invalid_value", "n");
      assertError(socket, "{\"type\":\"follow\",\"id\":\"a\"}", "request_not_found", "");
    }
  }

  @Test
  void whatComesTooLateForAStreamThatHasEndedIsNoError() throws Exception {
    try (TestingSocket socket = new TestingSocket(gateway)) {
      socket.send("{\"type\":\"unfollow\",\"id\":\"018f-0042\"}");
      socket.send("{\"type\":\"credit\",\"id\":\"018f-0042\",\"n\":1}");
      socket.send("{\"type\":\"ping\"}");
      assertThat(socket.next().get("type").textValue()).isEqualTo("pong");
    }
  }

  @Test
  void aSocketHasALimitOfStreams() throws Exception {
    try (TestingSocket socket = new TestingSocket(gateway)) {
      for (int i = 0; i < 3; i++) {
        socket.send(SUBMIT.formatted(""));
        assertThat(socket.next().get("type").textValue()).isEqualTo("accepted");
      }
      JsonNode refused = assertError(socket, SUBMIT.formatted(""), "rate_limit_exceeded", "");
      assertThat(refused.get("ref").textValue()).isEqualTo("r1");
      assertThat(refused.get("retry_after_ms").intValue()).isEqualTo(1000);
      assertThat(streams.requests).hasSize(3);
    }
  }

  @Test
  void aMessageBeyondTheLimitClosesTheSocket() throws Exception {
    try (TestingSocket socket = new TestingSocket(gateway)) {
      socket.send("{\"type\":\"" + "x".repeat(5000) + "\"}");
      socket.awaitClose();
    }
  }

  @Test
  void aGatewayThatClosesCancelsNothing() throws Exception {
    try (TestingSocket socket = new TestingSocket(gateway)) {
      socket.send(SUBMIT.formatted(""));
      socket.next();
      gateway.gateway.close();
      socket.awaitClose();
    }
    assertThat(streams.cancellations).isEmpty();
  }

  @Test
  void onlyPagesOfThisHostAndOfAllowedOriginsMayConnect() throws Exception {
    assertThatThrownBy(() -> connect("https://evil.example"))
        .isInstanceOf(CompletionException.class)
        .cause()
        .isInstanceOfSatisfying(
            WebSocketHandshakeException.class,
            failure -> assertThat(failure.getResponse().statusCode()).isEqualTo(403));
    connect("https://studio.example").abort();
    connect("http://127.0.0.1:" + gateway.gateway.port()).abort();
  }

  @Test
  void aRequestThatIsNoWebSocketIs426() throws Exception {
    var response = gateway.get("/v1/ws");
    assertThat(response.statusCode()).isEqualTo(426);
    assertThat(response.headers().firstValue("upgrade")).hasValue("websocket");
  }

  private WebSocket connect(String origin) {
    return gateway
        .client
        .newWebSocketBuilder()
        .header("origin", origin)
        .connectTimeout(Duration.ofSeconds(60))
        .buildAsync(TestingSocket.uri(gateway), new WebSocket.Listener() {})
        .join();
  }

  private String submitDetached() throws Exception {
    gateway.send(gateway.post("/v1/requests", "{\"model\":\"smollm2\",\"prompt\":\"x\"}"));
    return streams.takeRequest().id();
  }

  private static JsonNode assertError(
      TestingSocket socket, String message, String code, String field) throws Exception {
    socket.send(message);
    JsonNode error = socket.next();
    assertThat(error.get("type").textValue()).as(message).isEqualTo("error");
    assertThat(error.get("code").textValue()).as(message).isEqualTo(code);
    assertThat(error.path("field").asText()).as(message).isEqualTo(field);
    return error;
  }

  private static String texts(TestingSocket socket) throws Exception {
    StringBuilder text = new StringBuilder();
    while (true) {
      JsonNode message = socket.next();
      switch (message.get("type").textValue()) {
        case "tokens" -> text.append(message.get("text").textValue());
        case "finished" -> {
          return text.toString();
        }
        default -> assertThat(message.get("type").textValue()).isEqualTo("started");
      }
    }
  }
}
