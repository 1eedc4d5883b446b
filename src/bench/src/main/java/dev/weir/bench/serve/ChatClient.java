package dev.weir.bench.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weir.bench.Prompts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Asks an OpenAI-compatible server for streamed chat completions and measures how they come.
 *
 * @param server root of the server
 * @param maxTokens output of each request; end-of-sequence is ignored, so that every server makes
 *     the same number
 */
record ChatClient(URI server, String model, int maxTokens) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration REQUEST_TIMEOUT = Duration.ofMinutes(10);

  /**
   * How an answer came. All times are milliseconds.
   *
   * @param firstTokenMs from the moment that the request was due to its first text
   * @param gapsMs from one text to the next
   */
  record Answer(int promptTokens, int tokens, double firstTokenMs, List<Double> gapsMs) {}

  /**
   * Sends a request and reads its answer to the end.
   *
   * @param number chooses the prompt
   * @param due when the request should be sent, {@link System#nanoTime}; time is counted from here,
   *     so that a client that is late does not hide how long its users wait
   * @throws IOException if the server refuses, fails, or ends early
   */
  Answer ask(int number, long due) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(server.resolve("/v1/chat/completions"))
            .timeout(REQUEST_TIMEOUT)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(body(number))))
            .build();
    // A connection for each request, as another user would have one. A server may close one that
    // was
    // used before at any moment, and a POST is not sent again by itself.
    try (HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
      HttpResponse<Stream<String>> response =
          http.send(request, HttpResponse.BodyHandlers.ofLines());
      try (Stream<String> lines = response.body()) {
        if (response.statusCode() != 200) {
          throw new IOException("status " + response.statusCode());
        }
        return read(lines, due);
      }
    } catch (UncheckedIOException e) {
      throw e.getCause(); // the stream broke
    }
  }

  private ObjectNode body(int number) {
    ObjectNode body = JSON.createObjectNode();
    body.put("model", model).put("stream", true).put("max_tokens", maxTokens);
    body.put("ignore_eos", true).put("temperature", 0.0);
    body.putObject("stream_options").put("include_usage", true);
    // Prompts differ from the first words on, so that no server answers from a prefix cache.
    body.putArray("messages")
        .addObject()
        .put("role", "user")
        .put("content", "Story number %d: ".formatted(number) + Prompts.story(number));
    return body;
  }

  private static Answer read(Stream<String> lines, long due) throws IOException {
    int tokens = 0;
    int promptTokens = 0;
    double firstTokenMs = Double.NaN;
    List<Double> gapsMs = new ArrayList<>();
    long last = due;
    for (String line : (Iterable<String>) lines::iterator) {
      if (!line.startsWith("data: ") || line.equals("data: [DONE]")) {
        continue;
      }
      JsonNode event = JSON.readTree(line.substring("data: ".length()));
      if (event.has("error")) {
        throw new IOException(event.get("error").toString());
      }
      JsonNode usage = event.path("usage");
      tokens = Math.max(tokens, usage.path("completion_tokens").asInt());
      promptTokens = Math.max(promptTokens, usage.path("prompt_tokens").asInt());
      if (event.path("choices").path(0).path("delta").path("content").asText("").isEmpty()) {
        continue;
      }
      long now = System.nanoTime();
      if (Double.isNaN(firstTokenMs)) {
        firstTokenMs = (now - due) / 1e6;
      } else {
        gapsMs.add((now - last) / 1e6);
      }
      last = now;
    }
    if (tokens == 0 || Double.isNaN(firstTokenMs)) {
      throw new IOException("the stream ended without text and usage");
    }
    return new Answer(promptTokens, tokens, firstTokenMs, gapsMs);
  }
}
