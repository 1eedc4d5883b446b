package dev.weir.gateway;

import static dev.weir.gateway.TestingGateway.error;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.proto.v1.FinishReason;
import dev.weir.stream.Cursor;
import dev.weir.stream.OverloadedException;
import dev.weir.stream.RequestPublisher.Published;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class ErrorsTest {
  private static final String CHAT = "/v1/chat/completions";
  private static final String ASK =
      "{\"model\":\"smollm2\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]%s}";

  private TestingGateway gateway;
  private TestingStreams streams;

  @BeforeEach
  void start() {
    gateway =
        new TestingGateway(
            "max-outstanding", "2", "publish-timeout", "PT0.2S", "request-timeout", "PT0.4S");
    streams = gateway.streams;
  }

  @AfterEach
  void stop() {
    assertThat(streams.subscriptions).hasValue(0);
    gateway.close();
  }

  private void assertError(HttpResponse<String> response, int status, String code, String param)
      throws IOException {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    assertThat(error(response).get("code").asText()).isEqualTo(code);
    assertThat(error(response).get("param").asText("")).isEqualTo(param);
    assertThat(error(response).get("message").textValue()).isNotBlank();
    assertThat(error(response).get("type").textValue()).isNotBlank();
    assertThat(response.headers().firstValue("content-type")).hasValue("application/json");
  }

  private HttpResponse<String> chat(String more) throws Exception {
    return gateway.send(gateway.post(CHAT, ASK.formatted(more)));
  }

  @Test
  void anUnknownModelIs404AndNamesWhatIsServed() throws Exception {
    streams.cards.add(TestingStreams.card("another"));
    String body = "{\"model\":\"gpt-4\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}";
    var response = gateway.send(gateway.post(CHAT, body));
    assertError(response, 404, "model_not_found", "model");
    assertThat(error(response).get("message").textValue())
        .isEqualTo("The model 'gpt-4' is not served. Served now: another, smollm2.");
    assertError(gateway.get("/v1/models/gpt-4"), 404, "model_not_found", "model");

    streams.cards.clear();
    response = gateway.send(gateway.post(CHAT, body));
    assertThat(error(response).get("message").textValue()).contains("No model is served now");
    assertThat(streams.requests).isEmpty();
  }

  @Test
  void whatIsWrongInABodyIs400AndNamesTheField() throws Exception {
    assertError(chat(",\"temperature\":-1"), 400, "invalid_value", "temperature");
    assertError(chat(",\"max_tokens\":0"), 400, "invalid_value", "max_tokens");
    assertError(chat(",\"temperature\":\"hot\""), 400, "invalid_type", "temperature");
    assertError(
        chat(",\"tools\":[{\"type\":\"function\"}]"), 400, "unsupported_parameter", "tools");
    assertError(
        chat(",\"response_format\":{\"type\":\"json_object\"}"),
        400,
        "unsupported_parameter",
        "response_format");
    assertError(chat(",\"cache_salt\":\"\""), 400, "invalid_value", "cache_salt");
    assertError(chat(",\"cache_salt\":7"), 400, "invalid_type", "cache_salt");
    assertError(chat(",\"n\":0"), 400, "invalid_value", "n");
    assertError(chat(",\"n\":1.5"), 400, "invalid_type", "n");
    assertError(chat(",\"stream\":\"yes\""), 400, "invalid_type", "stream");
    assertError(
        chat(",\"stream_options\":{\"include_usage\":true}"),
        400,
        "invalid_value",
        "stream_options");
    assertError(chat(",\"id\":\"mine\""), 400, "invalid_value", "id");
    assertError(chat(",\"weir\":{\"detach\":1}"), 400, "invalid_type", "weir.detach");
    assertError(chat(",\"weir\":{\"x\":1}"), 400, "unsupported_parameter", "weir.x");
    assertError(
        gateway.send(gateway.post(CHAT, "{\"model\":\"smollm2\",\"messages\":[]}")),
        400,
        "invalid_value",
        "messages");
    assertError(
        gateway.send(gateway.post(CHAT, "{\"model\":\"smollm2\",\"prompt\":\"x\"}")),
        400,
        "missing_required_parameter",
        "messages");
    assertThat(streams.requests).isEmpty();
  }

  @Test
  void brokenJsonIs400AndSaysWhere() throws Exception {
    var response = gateway.send(gateway.post(CHAT, "{\"model\": \"smollm2\",,}"));
    assertError(response, 400, "invalid_json", "");
    assertThat(error(response).get("message").textValue()).contains("line 1, column");
    assertError(gateway.send(gateway.post(CHAT, "[]")), 400, "invalid_json", "");
    assertError(gateway.send(gateway.post(CHAT, "")), 400, "invalid_json", "");
  }

  @Test
  void aPromptOfOneMegabyteIs413InTheValidatorsWords() throws Exception {
    String body =
        "{\"model\":\"smollm2\",\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]}"
            .formatted("x".repeat(1_000_000));
    assertError(gateway.send(gateway.post(CHAT, body)), 413, "request_too_large", "messages");
  }

  @Test
  void aBodyBeyondTheLimitIs413BeforeItIsRead() throws Exception {
    String body = "x".repeat(3_000_000);
    assertError(gateway.send(gateway.post(CHAT, body)), 413, "request_too_large", "");
    var chunked =
        gateway
            .request(CHAT)
            .header("content-type", "application/json")
            .POST(
                BodyPublishers.fromPublisher(
                    BodyPublishers.ofString(body))); // no length: it is found out on the way
    assertError(gateway.send(chunked), 413, "request_too_large", "");
  }

  @Test
  void aBodyThatIsNotDeclaredAsJsonIs415() throws Exception {
    var plain =
        gateway
            .request(CHAT)
            .header("content-type", "text/plain")
            .POST(BodyPublishers.ofString(ASK.formatted("")));
    assertError(gateway.send(plain), 415, "unsupported_media_type", "");
    var none = gateway.request(CHAT).POST(BodyPublishers.ofString(ASK.formatted("")));
    assertError(gateway.send(none), 415, "unsupported_media_type", "");
    var packed = gateway.post(CHAT, "x").header("content-encoding", "gzip");
    assertError(gateway.send(packed), 415, "unsupported_content_encoding", "");
  }

  @Test
  void aBodyThatDoesNotComeIs408() throws Exception {
    assertThat(
            raw(
                "POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\n"
                    + "content-type: application/json\r\ncontent-length: 100\r\n\r\n{"))
        .startsWith("HTTP/1.1 408 ")
        .contains("request_timeout");
  }

  @Test
  void aHeadThatDripsInIsCutOff() throws Exception {
    assertThat(raw("POST /v1/chat/completions HTTP/1.1\r\nhost: loc")).isEmpty();
  }

  @Test
  void headersBeyondTheLimitAre431() throws Exception {
    assertThat(
            raw(
                "GET /v1/models HTTP/1.1\r\nhost: localhost\r\nx: "
                    + "y".repeat(20_000)
                    + "\r\n\r\n"))
        .startsWith("HTTP/1.1 431 ")
        .contains("headers_too_large");
  }

  @Test
  void aPathThatIsNotThereIs404AndAnotherMethodIs405() throws Exception {
    assertError(gateway.get("/v1/embeddings"), 404, "route_not_found", "");
    assertError(gateway.get("/nothing"), 404, "route_not_found", "");
    var response = gateway.get(CHAT);
    assertError(response, 405, "method_not_allowed", "");
    assertThat(response.headers().firstValue("allow")).hasValue("POST");
    var delete = gateway.send(gateway.request("/v1/models/smollm2").DELETE());
    assertError(delete, 405, "method_not_allowed", "");
    assertThat(delete.headers().firstValue("allow")).hasValue("GET");
  }

  @Test
  void moreThanTheLimitIs429WithATimeToRetry() throws Exception {
    var first = gateway.sendAsync(gateway.post(CHAT, ASK.formatted("")));
    var sent = streams.takeRequest();
    var refused = chat(",\"n\":2");
    assertError(refused, 429, "rate_limit_exceeded", "");
    assertThat(refused.headers().firstValue("retry-after")).hasValue("1");
    assertThat(refused.headers().firstValue("retry-after-ms")).hasValue("1000");

    streams.answer(sent.id(), FinishReason.FINISH_REASON_STOP, "a");
    assertThat(first.get().statusCode()).isEqualTo(200);
    var again = gateway.sendAsync(gateway.post(CHAT, ASK.formatted(",\"n\":2")));
    streams.answer(streams.takeRequest().id(), FinishReason.FINISH_REASON_STOP, "a");
    streams.answer(streams.takeRequest().id(), FinishReason.FINISH_REASON_STOP, "a");
    assertThat(again.get().statusCode()).isEqualTo(200);
  }

  @Test
  void anOverloadedWorkerIs429AndAnOverloadedPublisherToo() throws Exception {
    var response = gateway.sendAsync(gateway.post(CHAT, ASK.formatted("")));
    var sent = streams.takeRequest();
    streams.started(sent.id());
    streams.failed(sent.id(), "overloaded", 429, "");
    assertError(response.get(), 429, "overloaded", "");

    streams.nextPublish =
        CompletableFuture.failedFuture(
            new OverloadedException("too many", Duration.ofMillis(2500)));
    var refused = chat("");
    assertError(refused, 429, "rate_limit_exceeded", "");
    assertThat(refused.headers().firstValue("retry-after")).hasValue("3");
  }

  @Test
  void kafkaThatDoesNotAnswerIs503() throws Exception {
    streams.nextPublish = CompletableFuture.failedFuture(new IOException("no broker"));
    assertError(chat(""), 503, "unavailable", "");
    CompletableFuture<Published> late = new CompletableFuture<>();
    streams.nextPublish = late;
    assertError(chat(""), 503, "unavailable", "");
    // What arrives after all was given up: it must not run.
    late.complete(new Published("late", new Cursor(0, 1)));
    assertThat(streams.takeCancellation()).isEqualTo("late");
  }

  @Test
  void aFaultOfOursIs500AndTellsNothingOfTheInside() throws Exception {
    var response = gateway.sendAsync(gateway.post(CHAT, ASK.formatted("")));
    var sent = streams.takeRequest();
    streams.started(sent.id());
    streams.failed(sent.id(), "internal_error", 500, "");
    assertError(response.get(), 500, "internal_error", "");
    assertThat(error(response.get()).get("type").textValue()).isEqualTo("server_error");
  }

  @Test
  void aPageOfAnotherSiteIsRefusedByItsOriginAndByItsName() throws Exception {
    assertThat(
            raw(
                "GET /v1/models HTTP/1.1\r\nhost: localhost\r\n"
                    + "origin: https://evil.example\r\nconnection: close\r\n\r\n"))
        .startsWith("HTTP/1.1 403 ")
        .contains("origin_not_allowed");
    assertThat(
            raw(
                "GET /v1/models HTTP/1.1\r\nhost: evil.example:8080\r\n"
                    + "origin: http://evil.example:8080\r\nconnection: close\r\n\r\n"))
        .startsWith("HTTP/1.1 421 ");
    assertThat(
            raw(
                "GET /v1/models HTTP/1.1\r\nhost: localhost:8080\r\n"
                    + "origin: http://localhost:8080\r\nconnection: close\r\n\r\n"))
        .startsWith("HTTP/1.1 200 ");
  }

  @Test
  void anAnswerIsNotMadeWhenItsSisterCouldNotBeWritten() throws Exception {
    streams.nextPublish = CompletableFuture.failedFuture(new IOException("no broker"));
    assertError(chat(",\"n\":2"), 503, "unavailable", "");
    // One of two was not written: the other must not run for nothing.
    assertThat(streams.takeCancellation()).isEqualTo(streams.takeRequest().id());
  }

  /** What the gateway answers to these bytes, up to its closing of the connection. */
  private String raw(String request) throws IOException {
    try (Socket socket = new Socket("127.0.0.1", gateway.gateway.port())) {
      socket.setSoTimeout(60_000);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      socket.getOutputStream().flush();
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void aRequestWithoutANameOfTheHostIsRefused() throws Exception {
    assertThat(raw("GET /v1/models HTTP/1.1\r\nconnection: close\r\n\r\n"))
        .startsWith("HTTP/1.1 400 ")
        .contains("\"code\":\"invalid_host\"");
  }

  @Test
  void anAddressThatIsNoneIs400() throws Exception {
    for (String path : new String[] {"/v1/models/%zz", "/%c3%28%", "?v1/models", "v1", "*"}) {
      assertThat(raw("GET " + path + " HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n"))
          .startsWith("HTTP/1.1 400 ")
          .contains("\"code\":\"invalid_path\"");
    }
  }
}
