package dev.weir.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.proto.v1.FinishReason;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A client that does not read what it is sent. */
final class SlowClientTest {
  // Together more than the buffers of both sockets' ends take.
  private static final int TOKENS = 4_000;
  private static final String TEXT = "x".repeat(8_000);

  private TestingGateway gateway = new TestingGateway("stream-window", "16");

  @AfterEach
  void stop() {
    gateway.close();
  }

  private Socket connect(String request) throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(16 * 1024);
    socket.connect(new InetSocketAddress("127.0.0.1", gateway.gateway.port()));
    socket.setSoTimeout(20_000);
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    socket.getOutputStream().flush();
    return socket;
  }

  private static String chat() {
    String body =
        "{\"model\":\"smollm2\",\"stream\":true,"
            + "\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}";
    return "POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n"
        + "content-type: application/json\r\ncontent-length: "
        + body.length()
        + "\r\n\r\n"
        + body;
  }

  private void fill(String id) {
    gateway.streams.started(id);
    for (int i = 0; i < TOKENS; i++) {
      gateway.streams.tokens(id, i, TEXT);
    }
    gateway.streams.finished(id, FinishReason.FINISH_REASON_STOP, TOKENS);
  }

  @Test
  void whatASlowClientDoesNotTakeIsNotHeldAndComesWholeWhenItReads() throws Exception {
    try (Socket socket = connect(chat())) {
      String id = gateway.streams.takeRequest().id();
      fill(id);
      // Its subscription is given up, though the stream has not ended for it.
      Eventually.that(() -> {
        assertThat(gateway.streams.follows.get()).isGreaterThan(0);
        assertThat(gateway.streams.subscriptions).hasValue(0);
      });

      // Nobody else waits.
      var other =
          gateway.sendAsync(
              gateway.post("/v1/completions", "{\"model\":\"smollm2\",\"prompt\":\"x\"}"));
      gateway.streams.answer(
          gateway.streams.takeRequest().id(), FinishReason.FINISH_REASON_STOP, "quick");
      assertThat(other.get().statusCode()).isEqualTo(200);

      String all = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(all.split("\"content\":\"x", -1)).hasSize(TOKENS + 1);
      assertThat(all).contains("data: [DONE]");
      assertThat(gateway.streams.cancellations).isEmpty();
    }
  }

  @Test
  void aClientThatTakesNothingForTooLongCountsAsGone() throws Exception {
    gateway.close();
    gateway = new TestingGateway("stream-window", "16", "stall-timeout", "PT0.3S");
    try (Socket socket = connect(chat())) {
      String id = gateway.streams.takeRequest().id();
      gateway.streams.started(id);
      for (int i = 0; i < TOKENS; i++) {
        gateway.streams.tokens(id, i, TEXT);
      }
      assertThat(gateway.streams.takeCancellation()).isEqualTo(id);
      Eventually.that(() -> assertThat(gateway.streams.subscriptions).hasValue(0));
      assertThat(socket.isConnected()).isTrue();
    }
  }
}
