package dev.weir.bench.serve;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.ConnectException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Asks an OpenAI-compatible server for streamed completions and measures how they come. A
 * completion's prompt is nothing but the request's own text; a chat's begins with the same words of
 * the template in every request, which a server finds in its prefix cache.
 *
 * @param server root of the server
 * @param maxTokens output of each request; end-of-sequence is ignored, so that every server makes
 *     the same number
 */
record CompletionClient(URI server, String model, int maxTokens) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int OK = 200;
  private static final int ERROR_BYTES = 4_096;
  private static final int ERROR_LENGTH = 300;

  /**
   * How an answer came. All times are milliseconds; tokens are those of the model, as the server
   * counts them.
   *
   * @param cachedTokens of the prompt, that the server did not compute again
   * @param firstTokenMs from the moment that the request was due to its first text
   * @param gapsMs from one text to the next
   */
  record Answer(
      int promptTokens, int cachedTokens, int tokens, double firstTokenMs, List<Double> gapsMs) {}

  /**
   * Sends a request and reads its answer to the end.
   *
   * @param due when the request should be sent, {@link System#nanoTime}; time is counted from here,
   *     so that a client that is late does not hide how long its users wait
   * @throws IOException if the server refuses, fails, ends early, or makes another number of tokens
   */
  Answer ask(String prompt, long due) throws IOException {
    // A connection for each request, as another user would have one. A server may close one that
    // was used before at any moment.
    try (HttpPost post =
        HttpPost.send(server.resolve("/v1/completions"), JSON.writeValueAsBytes(body(prompt)))) {
      if (post.status() != OK) {
        throw new IOException("status %d: %s".formatted(post.status(), refusal(post.body())));
      }
      return read(
          new BufferedReader(new InputStreamReader(post.body(), StandardCharsets.UTF_8)), due);
    } catch (ConnectException e) {
      throw new IOException("nothing answers at " + server, e);
    } catch (UnknownHostException e) {
      throw new IOException("no host is called " + server.getHost(), e);
    }
  }

  private ObjectNode body(String prompt) {
    ObjectNode body = JSON.createObjectNode();
    body.put("model", model).put("stream", true).put("max_tokens", maxTokens);
    body.put("ignore_eos", true).put("temperature", 0.0);
    body.putObject("stream_options").put("include_usage", true);
    return body.put("prompt", prompt);
  }

  /** What the body of a refusal says: the message of an OpenAI error, or the text itself. */
  private static String refusal(InputStream error) throws IOException {
    String body = new String(error.readNBytes(ERROR_BYTES), StandardCharsets.UTF_8).strip();
    try {
      return message(JSON.readTree(body).path("error"), body);
    } catch (JsonProcessingException e) {
      return message(JSON.missingNode(), body); // of a proxy, or no such server at all
    }
  }

  private static String message(JsonNode error, String otherwise) {
    String text = error.isTextual() ? error.asText() : error.path("message").asText("");
    String said = text.isBlank() ? otherwise : text;
    return said.isEmpty() ? "no message" : said.substring(0, Math.min(ERROR_LENGTH, said.length()));
  }

  private Answer read(BufferedReader lines, long due) throws IOException {
    int tokens = 0;
    int promptTokens = 0;
    int cachedTokens = 0;
    double firstTokenMs = Double.NaN;
    List<Double> gapsMs = new ArrayList<>();
    long last = due;
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (!line.startsWith("data: ") || line.equals("data: [DONE]")) {
        continue;
      }
      JsonNode event = JSON.readTree(line.substring("data: ".length()));
      if (event.has("error")) {
        throw new IOException(message(event.get("error"), event.get("error").toString()));
      }
      JsonNode usage = event.path("usage");
      tokens = Math.max(tokens, usage.path("completion_tokens").asInt());
      promptTokens = Math.max(promptTokens, usage.path("prompt_tokens").asInt());
      JsonNode cached = usage.path("prompt_tokens_details").path("cached_tokens");
      cachedTokens = Math.max(cachedTokens, cached.asInt());
      if (event.path("choices").path(0).path("text").asText("").isEmpty()) {
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
    if (tokens != maxTokens) {
      throw new IOException("%d tokens instead of %d".formatted(tokens, maxTokens));
    }
    return new Answer(promptTokens, cachedTokens, tokens, firstTokenMs, gapsMs);
  }
}
