package dev.weir.gateway;

import static dev.weir.gateway.TestingGateway.error;
import static dev.weir.gateway.TestingGateway.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.WebSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class AccessTest {
  private static final String SUBMIT =
      "{\"type\":\"submit\",\"ref\":\"r1\",\"request\":{\"model\":\"smollm2\",\"prompt\":\"x\"}}";

  private TestingGateway gateway;

  @BeforeEach
  void start() {
    gateway =
        new TestingGateway(
            "api-keys", "key-one,key-two", "allowed-origins", "https://studio.example");
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  @Test
  void everyCallOfTheApiWantsAKey() throws Exception {
    for (String path : new String[] {"/v1/models", "/v1/streams/x", "/v1/nothing"}) {
      var response = gateway.get(path);
      assertThat(response.statusCode()).as(path).isEqualTo(401);
      assertThat(error(response).get("code").textValue()).isEqualTo("missing_api_key");
      assertThat(response.headers().firstValue("www-authenticate")).hasValue("Bearer");
    }
    var wrong = gateway.send(gateway.request("/v1/models").header("authorization", "Bearer no"));
    assertThat(wrong.statusCode()).isEqualTo(401);
    assertThat(error(wrong).get("code").textValue()).isEqualTo("invalid_api_key");
    var basic =
        gateway.send(gateway.request("/v1/models").header("authorization", "Basic key-one"));
    assertThat(basic.statusCode()).isEqualTo(401);
  }

  @Test
  void eachOfTheKeysOpens() throws Exception {
    for (String header : new String[] {"Bearer key-one", "bearer key-two"}) {
      var response = gateway.send(gateway.request("/v1/models").header("authorization", header));
      assertThat(response.statusCode()).isEqualTo(200);
    }
  }

  @Test
  void healthAndDocumentsNeedNoKey() throws Exception {
    assertThat(gateway.get("/health/live").statusCode()).isEqualTo(200);
    assertThat(gateway.get("/health/ready").statusCode()).isEqualTo(200);
    assertThat(gateway.get("/openapi.yaml").statusCode()).isEqualTo(200);
  }

  @Test
  void aSocketShowsItsKeyInTheFirstMessage() throws Exception {
    try (TestingSocket socket = new TestingSocket(gateway)) {
      socket.send(SUBMIT);
      JsonNode refused = socket.next();
      assertThat(refused.get("code").textValue()).isEqualTo("missing_api_key");
      assertThat(refused.get("status").intValue()).isEqualTo(401);
      assertThat(refused.get("ref").textValue()).isEqualTo("r1");
      assertThat(gateway.streams.requests).isEmpty();

      socket.send("{\"type\":\"auth\",\"key\":\"wrong\"}");
      assertThat(socket.next().get("code").textValue()).isEqualTo("invalid_api_key");
      socket.send("{\"type\":\"auth\",\"key\":\"key-two\"}");
      socket.send(SUBMIT);
      assertThat(socket.next().get("type").textValue()).isEqualTo("accepted");
    }
  }

  @Test
  void aSocketThatGuessesKeysIsClosed() throws Exception {
    try (TestingSocket guessing = new TestingSocket(gateway)) {
      for (int i = 0; i < 3; i++) {
        guessing.send("{\"type\":\"auth\",\"key\":\"wrong\"}");
      }
      guessing.awaitClose();
    }
  }

  @Test
  void aSocketThatShowsNoKeyIsClosedInTime() throws Exception {
    try (TestingGateway strict =
            new TestingGateway("api-keys", "key-one", "request-timeout", "PT0.3S");
        TestingSocket silent = new TestingSocket(strict)) {
      silent.awaitClose();
    }
  }

  @Test
  void aSocketMayShowItsKeyInTheHeader() throws Exception {
    WebSocket socket =
        gateway
            .client
            .newWebSocketBuilder()
            .header("authorization", "Bearer key-one")
            .buildAsync(TestingSocket.uri(gateway), new WebSocket.Listener() {})
            .join();
    socket.sendText(SUBMIT, true).join();
    assertThat(gateway.streams.takeRequest().request().getPrompt()).isEqualTo("x");
    socket.abort();
  }

  @Test
  void pagesOfAllowedOriginsMayCall() throws Exception {
    var asked =
        gateway.send(
            gateway
                .request("/v1/chat/completions")
                .header("origin", "https://studio.example")
                .method("OPTIONS", BodyPublishers.noBody()));
    assertThat(asked.statusCode()).isEqualTo(204);
    assertThat(asked.headers().firstValue("access-control-allow-origin"))
        .hasValue("https://studio.example");
    assertThat(asked.headers().firstValue("access-control-allow-headers").orElse(""))
        .contains("authorization");

    var read =
        gateway.send(
            gateway
                .request("/v1/models")
                .header("origin", "https://studio.example")
                .header("authorization", "Bearer key-one"));
    assertThat(read.statusCode()).isEqualTo(200);
    assertThat(json(read.body()).get("data")).hasSize(1);
    assertThat(read.headers().firstValue("access-control-allow-origin"))
        .hasValue("https://studio.example");
  }
}
