package dev.weir.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A client of {@code /v1/ws}. */
final class TestingSocket implements WebSocket.Listener, AutoCloseable {
  private final BlockingQueue<String> messages = new LinkedBlockingQueue<>();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final StringBuilder partial = new StringBuilder();
  private final WebSocket socket;
  private volatile int closeCode = -1;

  TestingSocket(TestingGateway gateway) {
    this(gateway.client, uri(gateway));
  }

  TestingSocket(HttpClient client, URI uri) {
    this.socket =
        client
            .newWebSocketBuilder()
            .connectTimeout(Duration.ofSeconds(60))
            .buildAsync(uri, this)
            .join();
  }

  static URI uri(TestingGateway gateway) {
    return URI.create("ws://127.0.0.1:" + gateway.gateway.port() + "/v1/ws");
  }

  void send(String message) {
    socket.sendText(message, true).join();
  }

  JsonNode next() throws InterruptedException {
    String message = messages.poll(60, TimeUnit.SECONDS);
    if (message == null) {
      throw new AssertionError("no message within a minute");
    }
    return TestingGateway.json(message);
  }

  /** Status of the close that came (RFC 6455, section 7.4), or -1. */
  int closeCode() {
    return closeCode;
  }

  void awaitClose() throws InterruptedException {
    if (!closed.await(60, TimeUnit.SECONDS)) {
      throw new AssertionError("the socket is open after a minute");
    }
  }

  @Override
  public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence text, boolean last) {
    partial.append(text);
    if (last) {
      messages.add(partial.toString());
      partial.setLength(0);
    }
    from.request(1);
    return null;
  }

  @Override
  public @Nullable CompletionStage<?> onClose(WebSocket from, int status, String reason) {
    closeCode = status;
    closed.countDown();
    return null;
  }

  @Override
  public void onError(WebSocket from, Throwable failure) {
    closed.countDown();
  }

  @Override
  public void close() {
    socket.abort();
  }
}
