package dev.weir.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A client that is gone before its socket is open. */
final class GoneClientTest {
  /** Not all are gone in time. */
  private static final int CLIENTS = 100;

  private static final String HANDSHAKE =
      "GET /v1/ws HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\n"
          + "sec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";

  private final TestingGateway gateway = new TestingGateway();

  @AfterEach
  void stop() {
    gateway.close();
  }

  private double gauge(String name) {
    return gateway.metrics.get(name).gauge().value();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void noSocketOfAClientThatIsGoneStaysOpen(boolean reset) throws Exception {
    for (int i = 0; i < CLIENTS; i++) {
      leave(reset);
    }
    assertThatNothingStaysOpen();
  }

  @Test
  void halfAFrameAndAnEndCloseTheSocket() throws Exception {
    for (int i = 0; i < CLIENTS; i++) {
      try (Socket socket = new Socket("127.0.0.1", gateway.gateway.port())) {
        socket.setSoTimeout(60_000);
        socket.getOutputStream().write(HANDSHAKE.getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().write(new byte[] {(byte) 0x82, (byte) 0x8b, 0, 1});
        socket.shutdownOutput();
        assertThat(socket.getInputStream().readAllBytes()).isNotNull();
      }
    }
    assertThatNothingStaysOpen();
  }

  private void leave(boolean reset) throws IOException {
    try (Socket socket = new Socket("127.0.0.1", gateway.gateway.port())) {
      if (reset) {
        socket.setSoLinger(true, 0);
      }
      socket.getOutputStream().write(HANDSHAKE.getBytes(StandardCharsets.US_ASCII));
    }
  }

  private void assertThatNothingStaysOpen() {
    Eventually.that(() -> {
      assertThat(gauge("weir.gateway.sockets")).isZero();
      assertThat(gauge("weir.gateway.connections")).isZero();
    });
  }
}
