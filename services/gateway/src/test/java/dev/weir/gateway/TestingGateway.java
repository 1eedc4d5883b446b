package dev.weir.gateway;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;

/** A gateway on a free port, before streams in memory, and a client for it. */
final class TestingGateway implements AutoCloseable {
  static final ObjectMapper MAPPER = new ObjectMapper();

  final TestingStreams streams = new TestingStreams();
  final PrometheusMeterRegistry metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  volatile boolean kafkaAnswers = true;
  final Gateway gateway;
  final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  TestingGateway(String... settings) {
    Map<String, String> arguments = new HashMap<>();
    arguments.put("weir.gateway.port", "0");
    for (int i = 0; i < settings.length; i += 2) {
      arguments.put("weir.gateway." + settings[i], settings[i + 1]);
    }
    BooleanSupplier kafka = () -> kafkaAnswers;
    gateway =
        Gateway.start(GatewayConfig.load(arguments), streams, streams, streams, kafka, metrics);
  }

  URI uri(String path) {
    return URI.create("http://127.0.0.1:" + gateway.port() + path);
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(uri(path)).timeout(Duration.ofSeconds(60));
  }

  HttpRequest.Builder post(String path, String body) {
    return request(path)
        .header("content-type", "application/json")
        .POST(HttpRequest.BodyPublishers.ofString(body));
  }

  HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
    return client.send(request.build(), BodyHandlers.ofString());
  }

  CompletableFuture<HttpResponse<String>> sendAsync(HttpRequest.Builder request) {
    return client.sendAsync(request.build(), BodyHandlers.ofString());
  }

  /** The response as soon as its head is there. */
  CompletableFuture<HttpResponse<InputStream>> open(HttpRequest.Builder request) {
    return client.sendAsync(request.build(), BodyHandlers.ofInputStream());
  }

  HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return send(request(path).GET());
  }

  static JsonNode json(String text) {
    try {
      return MAPPER.readTree(text);
    } catch (JsonProcessingException e) {
      throw new AssertionError("not JSON: " + text, e);
    }
  }

  static JsonNode error(HttpResponse<String> response) {
    return json(response.body()).path("error");
  }

  @Override
  public void close() {
    client.shutdownNow();
    gateway.close();
    streams.close();
    metrics.close();
  }
}
