package dev.weir.gateway;

import static dev.weir.gateway.TestingGateway.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The gateway on a real broker with a real intake. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class GatewayIT {
  private static final String CHAT =
      "{\"model\":\"echo\",\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]%s}";

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private TestingSystem system;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    // Two slots: a cancelled request that kept its slot would soon be seen.
    system = new TestingSystem(folder, 2);
  }

  @AfterAll
  void stop() throws Exception {
    client.shutdownNow();
    system.close();
  }

  @AfterEach
  void everySlotIsFreeAgain() throws Exception {
    var both = chat("a b", ",\"n\":2");
    assertThat(json(both.body()).get("choices")).hasSize(2);
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(system.address() + path))
        .timeout(Duration.ofSeconds(60));
  }

  private HttpRequest post(String path, String body) {
    return request(path)
        .header("content-type", "application/json")
        .POST(BodyPublishers.ofString(body))
        .build();
  }

  private HttpResponse<String> chat(String prompt, String more) throws Exception {
    return client.send(
        post("/v1/chat/completions", CHAT.formatted(prompt, more)), BodyHandlers.ofString());
  }

  private HttpResponse<InputStream> open(HttpRequest request) throws Exception {
    return client.send(request, BodyHandlers.ofInputStream());
  }

  @Test
  void anAnswerComesThroughKafka() throws Exception {
    var response = chat("one two three", "");
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    JsonNode body = json(response.body());
    assertThat(body.at("/choices/0/message/content").textValue()).isEqualTo("one two three");
    assertThat(body.get("system_fingerprint").textValue()).isEqualTo("echo-1");
    assertThat(body.at("/usage/total_tokens").intValue()).isEqualTo(6);
  }

  @Test
  void aStreamComesThroughKafka() throws Exception {
    var response =
        open(post("/v1/chat/completions", CHAT.formatted("one two three", ",\"stream\":true")));
    List<String> events = ChatCompletionsTest.dataOf(response.body());
    // The worker may put tokens that come close together into one record.
    assertThat(events).hasSizeBetween(4, 6).last().isEqualTo("[DONE]");
    StringBuilder text = new StringBuilder();
    for (String event : events.subList(0, events.size() - 1)) {
      text.append(json(event).at("/choices/0/delta/content").asText(""));
    }
    assertThat(events.getFirst()).contains("\"role\":\"assistant\"");
    assertThat(events.get(events.size() - 2)).contains("\"finish_reason\":\"stop\"");
    assertThat(text).hasToString("one two three");
  }

  @Test
  void anErrorOfTheWorkerIsItsStatus() throws Exception {
    for (String more : List.of("", ",\"stream\":true")) {
      var response = chat("refuse", more);
      assertThat(response.statusCode()).isEqualTo(400);
      assertThat(json(response.body()).at("/error/code").textValue())
          .isEqualTo("context_length_exceeded");
    }
  }

  @Test
  void aClientThatGoesAwayFreesItsSlot() throws Exception {
    for (int i = 0; i < 4; i++) { // twice as many as there are slots
      var response =
          open(post("/v1/chat/completions", CHAT.formatted("forever", ",\"stream\":true")));
      ChatCompletionsTest.nextData(ChatCompletionsTest.reader(response.body()));
      response.body().close();
    }
  }

  @Test
  void aStreamIsReadOnBehindItsCursorOnAnotherGateway() throws Exception {
    String words = "a b c d e f g h i j k l m n o p";
    JsonNode published =
        json(
            client
                .send(
                    post("/v1/requests", "{\"model\":\"echo\",\"prompt\":\"%s\"}".formatted(words)),
                    BodyHandlers.ofString())
                .body());
    String path = "/v1/streams/" + published.get("id").textValue();

    Reading first = new Reading(open(request(path).build()).body());
    first.takeTokens(3);
    first.close();
    system.restartGateway();
    Reading second =
        new Reading(
            open(request(path).header("last-event-id", String.valueOf(first.cursor)).build())
                .body());
    second.takeTokens(Integer.MAX_VALUE);
    assertThat(first.text + second.text.toString()).isEqualTo(words);
    assertThat(second.finished).isTrue();
    second.close();

    // And from its beginning, by its id alone.
    Reading again = new Reading(open(request(path).build()).body());
    again.takeTokens(Integer.MAX_VALUE);
    assertThat(again.text).hasToString(words);
    again.close();
  }

  @Test
  void aRequestIsCancelledByItsId() throws Exception {
    var published =
        client.send(
            post("/v1/requests", "{\"model\":\"echo\",\"prompt\":\"forever\"}"),
            BodyHandlers.ofString());
    String id = json(published.body()).get("id").textValue();
    Reading reading = new Reading(open(request("/v1/streams/" + id).build()).body());
    reading.takeTokens(2);
    var cancelled =
        client.send(request("/v1/requests/" + id).DELETE().build(), BodyHandlers.ofString());
    assertThat(cancelled.statusCode()).isEqualTo(202);
    reading.takeTokens(Integer.MAX_VALUE);
    assertThat(reading.reason).isEqualTo("cancelled");
    reading.close();
  }

  @Test
  void aWorkerDoesNotWaitForAReaderThatTakesNothing() throws Exception {
    JsonNode published =
        json(
            client
                .send(
                    post("/v1/requests", "{\"model\":\"echo\",\"prompt\":\"flood\"}"),
                    BodyHandlers.ofString())
                .body());
    String path = "/v1/streams/" + published.get("id").textValue();
    try (TestingSlowClient slow = new TestingSlowClient(URI.create(system.address()).getPort())) {
      slow.get(path);
      Reading other = new Reading(open(request(path).build()).body());
      other.takeTokens(Integer.MAX_VALUE);
      assertThat(other.reason).isEqualTo("stop"); // though nobody has read the other one
      assertThat(other.text).hasSize(TestingEcho.FLOOD * 8_000);
      other.close();
      assertThat(slow.readAll().split("\"text\":\"", -1).length).isGreaterThan(2);
    }
  }

  @Test
  void aRequestIsCancelledOverAWebSocketAndEndsWithItsUsage() throws Exception {
    URI sockets = URI.create(system.address().replace("http", "ws") + "/v1/ws");
    for (int i = 0; i < 4; i++) { // twice as many as there are slots
      try (TestingSocket socket = new TestingSocket(client, sockets)) {
        socket.send(
            "{\"type\":\"submit\",\"ref\":\"r\","
                + "\"request\":{\"model\":\"echo\",\"prompt\":\"forever\"}}");
        String id = next(socket, "tokens").get("id").textValue();
        socket.send("{\"type\":\"cancel\",\"id\":\"%s\"}".formatted(id));
        JsonNode end = next(socket, "finished");
        assertThat(end.get("reason").textValue()).isEqualTo("cancelled");
        assertThat(end.at("/usage/prompt_tokens").intValue()).isEqualTo(1);
        assertThat(end.at("/usage/completion_tokens").intValue())
            .isEqualTo(end.get("total").intValue())
            .isPositive();
      }
    }
  }

  @Test
  void aSocketThatClosesFreesItsSlots() throws Exception {
    URI sockets = URI.create(system.address().replace("http", "ws") + "/v1/ws");
    for (int i = 0; i < 4; i++) {
      try (TestingSocket socket = new TestingSocket(client, sockets)) {
        socket.send(
            "{\"type\":\"submit\",\"ref\":\"r\","
                + "\"request\":{\"model\":\"echo\",\"prompt\":\"forever\"}}");
        next(socket, "tokens");
      }
    }
  }

  private static JsonNode next(TestingSocket socket, String type) throws InterruptedException {
    JsonNode message = socket.next();
    while (!message.get("type").textValue().equals(type)) {
      message = socket.next();
    }
    return message;
  }

  @Test
  void aStreamThatNeverWasIs404() throws Exception {
    var response =
        client.send(
            request("/v1/streams/01890000-0000-7000-8000-000000000000").build(),
            BodyHandlers.ofString());
    assertThat(response.statusCode()).as(response.body()).isEqualTo(404);
  }

  @Test
  void theGatewayIsReadyAndKnowsTheModel() throws Exception {
    var ready = client.send(request("/health/ready").build(), BodyHandlers.ofString());
    assertThat(ready.statusCode()).isEqualTo(200);
    var models = client.send(request("/v1/models").build(), BodyHandlers.ofString());
    assertThat(json(models.body()).at("/data/0/id").textValue()).isEqualTo("echo");
  }

  /** One reading of a stream as events. */
  private static final class Reading implements AutoCloseable {
    final StringBuilder text = new StringBuilder();
    @Nullable String cursor;
    @Nullable String reason;
    boolean finished;
    private final BufferedReader lines;

    Reading(InputStream body) {
      this.lines = ChatCompletionsTest.reader(body);
    }

    /** Takes events until so many tokens have come, or to the end. */
    void takeTokens(int count) throws Exception {
      List<String> taken = new ArrayList<>();
      while (taken.size() < count) {
        String line = lines.readLine();
        if (line == null) {
          return;
        }
        if (line.startsWith("id: ")) {
          cursor = line.substring(4);
        } else if (line.startsWith("data: ")) {
          JsonNode chunk = json(line.substring(6));
          if (chunk.has("tokens")) {
            taken.add(chunk.at("/tokens/text").textValue());
            text.append(taken.getLast());
          } else if (chunk.has("finished")) {
            finished = true;
            reason = chunk.at("/finished/reason").textValue();
          }
        }
      }
    }

    @Override
    public void close() throws Exception {
      lines.close();
    }
  }
}
