package dev.weir.bench.fault;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weir.stream.Cursor;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A WebSocket, one for each stream. */
final class SocketDevice implements Device {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration CONNECT_LIMIT = Duration.ofSeconds(5);
  private static final String CLOSED = "";

  private final HttpClient http;
  private final List<URI> gateways;

  SocketDevice(HttpClient http, List<URI> gateways) {
    this.http = http;
    this.gateways =
        gateways.stream()
            .map(gateway -> URI.create(gateway.toString().replaceFirst("^http", "ws") + "/v1/ws"))
            .toList();
  }

  @Override
  public String name() {
    return "socket";
  }

  @Override
  public void read(
      String requestId,
      @Nullable Cursor after,
      int gateway,
      StreamCheck check,
      Connection connection)
      throws IOException, InterruptedException {
    Inbox inbox = new Inbox();
    WebSocket socket = open(gateways.get(gateway), inbox);
    try {
      connection.onCut(() -> {
        socket.abort();
        inbox.end();
      });
      ObjectNode follow = JSON.createObjectNode().put("type", "follow").put("id", requestId);
      if (after != null) {
        follow.put("after", after.toString());
      }
      socket.sendText(follow.toString(), true);
      boolean goesOn = true;
      while (goesOn) {
        goesOn = take(inbox.next(), check);
      }
    } finally {
      socket.abort();
    }
  }

  private WebSocket open(URI gateway, Inbox inbox) throws IOException {
    try {
      return http.newWebSocketBuilder()
          .connectTimeout(CONNECT_LIMIT)
          .buildAsync(gateway, inbox)
          .orTimeout(2 * CONNECT_LIMIT.toSeconds(), TimeUnit.SECONDS)
          .join();
    } catch (CompletionException e) {
      throw new IOException("no WebSocket: " + e.getCause(), e);
    }
  }

  /** False behind the last message. */
  private static boolean take(String message, StreamCheck check) throws IOException {
    if (message.equals(CLOSED)) {
      throw new IOException("the WebSocket was closed");
    }
    JsonNode json = JSON.readTree(message);
    switch (json.path("type").asText()) {
      case "started" -> check.onStarted(json.path("worker").asText());
      case "tokens" ->
          check.onTokens(
              Cursor.parse(json.path("cursor").asText()),
              json.path("first_index").asLong(),
              EventDevice.ids(json.path("ids")),
              json.path("text").asText());
      case "finished" -> {
        check.onFinished(
            json.path("reason").asText(), json.path("total").asLong(), json.path("text").asText());
        return false;
      }
      case "error" -> {
        // The message that an answer ended by an error comes before its end.
        if (json.path("status").asInt() != 500) {
          EventDevice.failed(json);
        }
      }
      default -> {}
    }
    return true;
  }

  private static final class Inbox implements WebSocket.Listener {
    private final BlockingQueue<String> messages = new LinkedBlockingQueue<>();
    private final StringBuilder part = new StringBuilder();

    String next() throws InterruptedException {
      return messages.take();
    }

    void end() {
      messages.add(CLOSED);
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence text, boolean last) {
      part.append(text);
      if (last) {
        messages.add(part.toString());
        part.setLength(0);
      }
      socket.request(1);
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket socket, int status, String reason) {
      end();
      return null;
    }

    @Override
    public void onError(WebSocket socket, Throwable error) {
      end();
    }
  }
}
