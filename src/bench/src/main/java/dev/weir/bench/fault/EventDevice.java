package dev.weir.bench.fault;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weir.stream.Cursor;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Server-sent events, as a browser's {@code EventSource} takes them: resumed by the last id. */
final class EventDevice implements Device {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration HEAD_LIMIT = Duration.ofSeconds(20);

  private final HttpClient http;
  private final List<URI> gateways;

  EventDevice(HttpClient http, List<URI> gateways) {
    this.http = http;
    this.gateways = List.copyOf(gateways);
  }

  @Override
  public String name() {
    return "events";
  }

  @Override
  public void read(
      String requestId,
      @Nullable Cursor after,
      int gateway,
      StreamCheck check,
      Connection connection)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(gateways.get(gateway).resolve("/v1/streams/" + requestId))
            .timeout(HEAD_LIMIT);
    if (after != null) {
      request.header("Last-Event-ID", after.toString());
    }
    HttpResponse<InputStream> response =
        http.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
    try (InputStream body = response.body()) {
      connection.onCut(() -> close(body));
      if (response.statusCode() != 200) {
        refused(response.statusCode(), new String(body.readAllBytes(), StandardCharsets.UTF_8));
      }
      read(new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8)), check);
    }
  }

  private static void close(InputStream body) {
    try {
      body.close();
    } catch (IOException e) {
      // it is gone in any case
    }
  }

  private static void refused(int status, String body) throws IOException {
    if (status == 404 || status == 410) {
      throw new Gone(body);
    }
    throw new IOException("%d: %s".formatted(status, body));
  }

  private static void read(BufferedReader lines, StreamCheck check) throws IOException {
    String id = "";
    String name = "";
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.startsWith("id: ")) {
        id = line.substring("id: ".length());
      } else if (line.startsWith("event: ")) {
        name = line.substring("event: ".length());
      } else if (line.startsWith("data: ")) {
        take(name, id, JSON.readTree(line.substring("data: ".length())), check);
        name = "";
      }
    }
  }

  private static void take(String name, String id, JsonNode json, StreamCheck check)
      throws IOException {
    switch (name) {
      case "started" -> check.onStarted(json.path("started").path("worker").asText());
      case "tokens" -> {
        JsonNode tokens = json.path("tokens");
        check.onTokens(
            Cursor.parse(id),
            tokens.path("first_index").asLong(),
            ids(tokens.path("ids")),
            tokens.path("text").asText());
      }
      case "finished" -> {
        JsonNode finished = json.path("finished");
        check.onFinished(
            reason(finished.path("reason").asText()),
            finished.path("total").asLong(),
            finished.path("text").asText());
      }
      case "error" -> failed(json.path("error"));
      default -> {} // previews and comments
    }
  }

  static List<Integer> ids(JsonNode list) {
    List<Integer> ids = new ArrayList<>();
    list.forEach(id -> ids.add(id.asInt()));
    return ids;
  }

  /** {@code FINISH_REASON_LENGTH} and {@code length} are the same. */
  static String reason(String text) {
    return text.toLowerCase(Locale.ROOT).replace("finish_reason_", "");
  }

  static void failed(JsonNode error) throws IOException {
    String code = error.path("code").asText();
    String what = code + ": " + error.path("message").asText();
    if (code.equals("cursor_gone") || code.endsWith("not_found")) {
      throw new Gone(what);
    }
    throw new IOException(what);
  }
}
