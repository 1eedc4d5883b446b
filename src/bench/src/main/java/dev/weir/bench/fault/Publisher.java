package dev.weir.bench.fault;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weir.client.WeirClient;
import dev.weir.stream.Cursor;
import dev.weir.stream.RequestHeaders;
import dev.weir.stream.RequestPublisher.Published;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** Publishes questions, over Kafka or HTTP, until one is accepted. Safe for use by any thread. */
final class Publisher {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(15);
  private static final Duration LIMIT = Duration.ofSeconds(90);
  private static final long RETRY_MS = 250;

  private final String model;
  private final WeirClient client;
  private final HttpClient http;
  private final List<URI> gateways;
  private final Tally tally;

  Publisher(String model, WeirClient client, HttpClient http, List<URI> gateways, Tally tally) {
    this.model = model;
    this.client = client;
    this.http = http;
    this.gateways = List.copyOf(gateways);
    this.tally = tally;
  }

  /**
   * Returns what was accepted; a request that was refused is asked again, at the next gateway.
   *
   * @param gateway index of the first one to ask; -1: straight to Kafka
   * @return null if nobody took it within 90 s
   */
  @Nullable Published publish(Question question, int gateway) throws InterruptedException {
    long end = System.nanoTime() + LIMIT.toNanos();
    int next = gateway;
    while (System.nanoTime() < end) {
      try {
        return gateway < 0 ? overKafka(question) : overHttp(question, next);
      } catch (ConnectException e) {
        next = (next + 1) % gateways.size(); // nobody listens there: nothing was asked
      } catch (IOException e) {
        tally.refused(String.valueOf(e.getMessage()));
        next = gateway < 0 ? -1 : (next + 1) % gateways.size();
      }
      Thread.sleep(RETRY_MS);
    }
    return null;
  }

  private Published overKafka(Question question) throws IOException {
    try {
      return client
          .publish(question.request(model), RequestHeaders.NONE)
          .toCompletableFuture()
          .join();
    } catch (CompletionException e) {
      throw new IOException("the client library: " + e.getCause(), e);
    }
  }

  private Published overHttp(Question question, int gateway)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(gateways.get(gateway).resolve("/v1/requests"))
            .timeout(ANSWER_LIMIT)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(question.json(model)))
            .build();
    HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
    if (response.statusCode() != 202) {
      throw new IOException("%d: %s".formatted(response.statusCode(), response.body()));
    }
    JsonNode json = JSON.readTree(response.body());
    Cursor from = Cursor.parse(json.path("from").asText());
    if (from == null) {
      throw new IOException("an answer without from: " + response.body());
    }
    return new Published(json.path("id").asText(), from);
  }
}
