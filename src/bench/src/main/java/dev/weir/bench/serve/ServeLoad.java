package dev.weir.bench.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weir.bench.Prompts;
import dev.weir.bench.Samples;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * A closed loop of streaming chat completions on an OpenAI-compatible server: each of C clients
 * sends its next request when its last one has ended.
 *
 * @param server root of the server
 * @param maxTokens output of each request; end-of-sequence is ignored, so that every server makes
 *     the same number
 */
record ServeLoad(URI server, String model, int maxTokens) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration REQUEST_TIMEOUT = Duration.ofMinutes(10);

  /**
   * What a load gave.
   *
   * @param tokensPerSecond output tokens of all requests over the wall time of the loop
   * @param firstToken from sending a request to its first text
   * @param betweenChunks from one text to the next
   */
  record Outcome(
      int requests,
      int errors,
      double tokensPerSecond,
      Samples firstToken,
      Samples betweenChunks) {}

  private record Answer(int tokens, double firstTokenMs, List<Double> gapsMs) {}

  Outcome run(int clients, int requests) throws InterruptedException {
    AtomicInteger next = new AtomicInteger();
    AtomicInteger errors = new AtomicInteger();
    List<Answer> answers = new ArrayList<>();
    long start = System.nanoTime();
    try (HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        ExecutorService loop = Executors.newFixedThreadPool(clients)) {
      List<Future<List<Answer>>> all = new ArrayList<>();
      for (int c = 0; c < clients; c++) {
        all.add(loop.submit(() -> client(http, next, requests, errors)));
      }
      for (Future<List<Answer>> one : all) {
        answers.addAll(one.get());
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("a client of the load has failed", e.getCause());
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    long tokens = answers.stream().mapToLong(Answer::tokens).sum();
    return new Outcome(
        requests,
        errors.get(),
        tokens / seconds,
        Samples.of(answers.stream().mapToDouble(Answer::firstTokenMs).toArray()),
        Samples.of(
            answers.stream()
                .flatMap(answer -> answer.gapsMs().stream())
                .mapToDouble(Double::doubleValue)
                .toArray()));
  }

  private List<Answer> client(
      HttpClient http, AtomicInteger next, int requests, AtomicInteger errors)
      throws InterruptedException {
    List<Answer> answers = new ArrayList<>();
    for (int i = next.getAndIncrement(); i < requests; i = next.getAndIncrement()) {
      try {
        answers.add(ask(http, i));
      } catch (IOException e) {
        errors.incrementAndGet();
      }
    }
    return answers;
  }

  private Answer ask(HttpClient http, int number) throws IOException, InterruptedException {
    ObjectNode body = JSON.createObjectNode();
    body.put("model", model).put("stream", true).put("max_tokens", maxTokens);
    body.put("ignore_eos", true).put("temperature", 0.0);
    body.putObject("stream_options").put("include_usage", true);
    // Prompts differ from the first words on, so that no server answers from a prefix cache.
    body.putArray("messages")
        .addObject()
        .put("role", "user")
        .put("content", "Story number %d: ".formatted(number) + Prompts.story(number));
    HttpRequest request =
        HttpRequest.newBuilder(server.resolve("/v1/chat/completions"))
            .timeout(REQUEST_TIMEOUT)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(body)))
            .build();
    long sent = System.nanoTime();
    HttpResponse<Stream<String>> response = http.send(request, HttpResponse.BodyHandlers.ofLines());
    try (Stream<String> lines = response.body()) {
      if (response.statusCode() != 200) {
        throw new IOException("status " + response.statusCode());
      }
      return read(lines, sent);
    }
  }

  private static Answer read(Stream<String> lines, long sent) throws IOException {
    int tokens = 0;
    double firstTokenMs = Double.NaN;
    List<Double> gapsMs = new ArrayList<>();
    long last = sent;
    for (String line : (Iterable<String>) lines::iterator) {
      if (!line.startsWith("data: ") || line.equals("data: [DONE]")) {
        continue;
      }
      JsonNode event = JSON.readTree(line.substring("data: ".length()));
      if (event.has("error")) {
        throw new IOException(event.get("error").toString());
      }
      tokens = Math.max(tokens, event.path("usage").path("completion_tokens").asInt());
      if (event.path("choices").path(0).path("delta").path("content").asText().isEmpty()) {
        continue;
      }
      long now = System.nanoTime();
      if (Double.isNaN(firstTokenMs)) {
        firstTokenMs = (now - sent) / 1e6;
      } else {
        gapsMs.add((now - last) / 1e6);
      }
      last = now;
    }
    if (tokens == 0) {
      throw new IOException("no usage in the stream");
    }
    return new Answer(tokens, firstTokenMs, gapsMs);
  }
}
