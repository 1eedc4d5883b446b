package dev.weir.bench.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** The server is a socket that says what it is told, whatever it is asked. */
final class HttpPostTest {
  private static final String OK = "HTTP/1.1 200 OK\r\n";

  private record Exchange(String request, int status, String body) {}

  private static Exchange exchange(String answer) throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        ExecutorService thread = Executors.newSingleThreadExecutor()) {
      Future<String> request =
          thread.submit(() -> {
            try (Socket socket = server.accept()) {
              StringBuilder asked = new StringBuilder();
              while (!asked.toString().endsWith("}")) {
                asked.append((char) socket.getInputStream().read());
              }
              socket.getOutputStream().write(answer.getBytes(StandardCharsets.UTF_8));
              return asked.toString();
            }
          });
      URI target = URI.create("http://127.0.0.1:%d/v1/x".formatted(server.getLocalPort()));
      try (HttpPost post = HttpPost.send(target, "{\"a\":1}".getBytes(StandardCharsets.UTF_8))) {
        String body = new String(post.body().readAllBytes(), StandardCharsets.UTF_8);
        return new Exchange(request.get(), post.status(), body);
      }
    }
  }

  @Test
  void aRequestIsWholeAndAsksForNoOtherOnItsConnection() throws Exception {
    assertThat(exchange(OK + "Content-Length: 0\r\n\r\n").request)
        .startsWith("POST /v1/x HTTP/1.1\r\nHost: 127.0.0.1:")
        .contains("\r\nContent-Length: 7\r\nConnection: close\r\n\r\n{\"a\":1}");
  }

  @Test
  void chunksAreJoined() throws Exception {
    String answer =
        OK + "Transfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\nB\r\ndefgh\r\nijkl\r\n0\r\n\r\n";
    assertThat(exchange(answer).body).isEqualTo("abcdefgh\r\nijkl");
  }

  @Test
  void aBodyEndsWhereItsLengthSaysOrWithTheConnection() throws Exception {
    Exchange refused = exchange("HTTP/1.1 503 Busy\r\ncontent-length: 4\r\n\r\nbusy, and more");
    assertThat(refused.status).isEqualTo(503);
    assertThat(refused.body).isEqualTo("busy");
    assertThat(exchange("HTTP/1.0 200 OK\r\n\r\nall of it").body).isEqualTo("all of it");
  }

  @Test
  void anAnswerThatBreaksOffIsNoAnswer() {
    for (String answer :
        new String[] {
          "",
          "HTTP/1.1 200",
          OK + "Content-Length: 5\r\n\r\nfour",
          OK + "Transfer-Encoding: chunked\r\n\r\n5\r\nfour",
          OK + "Transfer-Encoding: chunked\r\n\r\n4\r\nfour\r\n"
        }) {
      assertThatThrownBy(() -> exchange(answer))
          .isInstanceOf(IOException.class)
          .hasMessage("the answer broke off");
    }
  }

  @Test
  void whatIsNotHttpIsRefused() {
    assertThatThrownBy(() -> exchange("SSH-2.0-OpenSSH_9\r\n\r\n"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no answer in HTTP: SSH-2.0");
    assertThatThrownBy(() -> exchange(OK + "Transfer-Encoding: chunked\r\n\r\nmany\r\n"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("a length of 'many'");
  }
}
