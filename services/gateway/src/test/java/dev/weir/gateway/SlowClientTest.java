package dev.weir.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weir.proto.v1.FinishReason;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A client that does not read what it is sent. */
final class SlowClientTest {
  // Together more than the buffers of both sockets' ends take.
  private static final int TOKENS = 4_000;
  private static final String TEXT = "x".repeat(8_000);

  /** What a client that takes nothing may cost: the operating system's buffers, and little more. */
  private static final double MOST_SENT = TOKENS * (double) TEXT.length() / 2;

  private static final String CHAT =
      "{\"model\":\"smollm2\",\"stream\":true,"
          + "\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}";
  private static final String SUBMIT =
      "{\"type\":\"submit\",\"ref\":\"r1\",\"credit\":1000000,"
          + "\"request\":{\"model\":\"smollm2\",\"prompt\":\"x\"}}";

  private TestingGateway gateway =
      new TestingGateway("stream-window", "16", "stall-timeout", "PT10M");

  @AfterEach
  void stop() {
    gateway.close();
  }

  /** Begins a stream that has not ended: whoever could take all of it would still listen. */
  private void begin(String id) {
    gateway.streams.started(id);
    for (int i = 0; i < TOKENS; i++) {
      gateway.streams.tokens(id, i, TEXT);
    }
  }

  private void end(String id) {
    gateway.streams.finished(id, FinishReason.FINISH_REASON_STOP, TOKENS);
  }

  private double sent() {
    return gateway.metrics.get("weir.gateway.sent").counter().count();
  }

  /** Its subscription is given up though its stream goes on, and nothing was queued for it. */
  private void assertThatNothingIsHeldForIt() {
    Eventually.that(() -> {
      assertThat(gateway.streams.follows).hasPositiveValue();
      assertThat(gateway.streams.subscriptions).hasValue(0);
    });
    assertThat(sent()).isBetween(1.0, MOST_SENT);
  }

  /** Another answer and another socket come whole, on every event loop. */
  private void assertThatNobodyElseWaits() throws Exception {
    for (int i = 0; i < 2 * Runtime.getRuntime().availableProcessors(); i++) {
      var other =
          gateway.sendAsync(
              gateway.post("/v1/completions", "{\"model\":\"smollm2\",\"prompt\":\"x\"}"));
      gateway.streams.answer(
          gateway.streams.takeRequest().id(), FinishReason.FINISH_REASON_STOP, "quick");
      assertThat(other.get().statusCode()).isEqualTo(200);

      try (TestingSocket socket = new TestingSocket(gateway)) {
        socket.send(SUBMIT);
        gateway.streams.answer(
            gateway.streams.takeRequest().id(), FinishReason.FINISH_REASON_STOP, "a", "b");
        assertThat(
                List.of(
                    type(socket.next()),
                    type(socket.next()),
                    type(socket.next()),
                    type(socket.next()),
                    type(socket.next())))
            .containsExactly("accepted", "started", "tokens", "tokens", "finished");
      }
    }
  }

  private static String type(JsonNode message) {
    return message.path("type").textValue();
  }

  @Test
  void whatASlowClientDoesNotTakeIsNotHeldAndComesWholeWhenItReads() throws Exception {
    try (TestingSlowClient client = new TestingSlowClient(gateway)) {
      client.post("/v1/chat/completions", CHAT);
      String id = gateway.streams.takeRequest().id();
      begin(id);
      assertThatNothingIsHeldForIt();
      assertThatNobodyElseWaits();
      assertThatNothingIsHeldForIt(); // a reading that begins again and again is none for a moment

      end(id);
      String all = client.readAll();
      assertThat(all.split("\"content\":\"x", -1)).hasSize(TOKENS + 1);
      assertThat(all).contains("data: [DONE]");
      assertThat(gateway.streams.cancellations).isEmpty();
    }
  }

  /** Credit says what a client wants; only its reading says what it can take. */
  @Test
  void aSocketThatGrantsCreditButDoesNotReadCostsNobodyElse() throws Exception {
    try (TestingSlowClient client = new TestingSlowClient(gateway)) {
      client.upgrade("/v1/ws");
      client.send(SUBMIT);
      String id = gateway.streams.takeRequest().id();
      begin(id);
      assertThatNothingIsHeldForIt();
      assertThatNobodyElseWaits();
      assertThatNothingIsHeldForIt(); // a reading that begins again and again is none for a moment

      end(id);
      assertThat(type(client.next())).isEqualTo("accepted");
      assertThat(type(client.next())).isEqualTo("started");
      for (int i = 0; i < TOKENS; i++) {
        assertThat(client.next().path("first_index").asInt(-1)).isEqualTo(i);
      }
      assertThat(type(client.next())).isEqualTo("finished");
      assertThat(gateway.streams.cancellations).isEmpty();
    }
  }

  @Test
  void aClientThatTakesNothingForTooLongCountsAsGone() throws Exception {
    gateway.close();
    gateway = new TestingGateway("stream-window", "16", "stall-timeout", "PT0.3S");
    try (TestingSlowClient client = new TestingSlowClient(gateway)) {
      client.post("/v1/chat/completions", CHAT);
      assertThatItsRequestIsCancelled();
    }
  }

  @Test
  void aSocketThatTakesNothingForTooLongCountsAsGone() throws Exception {
    gateway.close();
    gateway = new TestingGateway("stream-window", "16", "stall-timeout", "PT0.3S");
    try (TestingSlowClient client = new TestingSlowClient(gateway)) {
      client.upgrade("/v1/ws");
      client.send(SUBMIT);
      assertThatItsRequestIsCancelled();
      Eventually.that(
          () -> assertThat(gateway.metrics.get("weir.gateway.sockets").gauge().value()).isZero());
    }
  }

  @Test
  void aReaderThatTookNothingIsToldWhyAndWhereItGoesOnWhenItReadsAgain() throws Exception {
    gateway.close();
    gateway = new TestingGateway("stream-window", "16", "stall-timeout", "PT3S");
    String id = published();
    try (TestingSlowClient client = new TestingSlowClient(gateway)) {
      client.get("/v1/streams/" + id);
      begin(id);
      awaitSlowReader();
      String all = client.readAll();
      String last = all.substring(all.lastIndexOf("event: error"));
      JsonNode error = TestingGateway.json(line(last, "data: ")).path("error");
      assertThat(error.path("code").textValue()).isEqualTo("slow_reader");
      String cursor = error.path("cursor").textValue();
      String before = all.substring(0, all.lastIndexOf("event: error"));
      assertThat(line(before.substring(before.lastIndexOf("id: ")), "id: ")).isEqualTo(cursor);
      end(id);
      String rest = gateway.get("/v1/streams/" + id + "?after=" + cursor).body();
      int shown = before.split("event: tokens", -1).length - 1;
      assertThat(shown).isBetween(1, TOKENS - 1);
      assertThat(rest.split("event: tokens", -1)).hasSize(TOKENS - shown + 1);
      assertThat(gateway.streams.cancellations).isEmpty(); // it only read
    }
    Eventually.that(() -> assertThat(gauge("weir.gateway.stalled")).isZero());
    Eventually.that(() -> assertThat(gauge("weir.gateway.chunks.held")).isZero());
  }

  @Test
  void aSocketThatTookNothingIsToldWhyAndWhereEachStreamGoesOnWhenItReadsAgain() throws Exception {
    gateway.close();
    gateway = new TestingGateway("stream-window", "16", "stall-timeout", "PT3S");
    String id = published();
    try (TestingSlowClient client = new TestingSlowClient(gateway)) {
      client.upgrade("/v1/ws");
      client.send("{\"type\":\"follow\",\"id\":\"%s\",\"credit\":1000000}".formatted(id));
      begin(id);
      awaitSlowReader();
      JsonNode message = client.next();
      String cursor = "";
      while (!type(message).equals("error")) {
        cursor = message.path("cursor").asText(cursor);
        message = client.next();
      }
      assertThat(message.path("code").textValue()).isEqualTo("slow_reader");
      assertThat(message.path("id").textValue()).isEqualTo(id);
      assertThat(message.path("cursor").textValue()).isEqualTo(cursor);
      assertThat(gateway.streams.cancellations).isEmpty(); // it only read
    }
    Eventually.that(() -> assertThat(gauge("weir.gateway.sockets")).isZero());
    assertThat(gauge("weir.gateway.stalled")).isZero();
  }

  @Test
  void whatIsHeldForASlowReaderIsMeasuredAndBounded() throws Exception {
    try (TestingSlowClient client = new TestingSlowClient(gateway)) {
      String id = published();
      client.get("/v1/streams/" + id);
      begin(id);
      assertThatNothingIsHeldForIt();
      Eventually.that(() -> assertThat(gauge("weir.gateway.stalled")).isEqualTo(1));
      assertThat(gauge("weir.gateway.chunks.held")).isBetween(0.0, 16.0);
      assertThat(gateway.metrics.get("weir.gateway.readings.left").functionCounter().count())
          .isPositive();
    }
    Eventually.that(() -> assertThat(gauge("weir.gateway.stalled")).isZero());
    Eventually.that(() -> assertThat(gauge("weir.gateway.chunks.held")).isZero());
  }

  private String published() throws Exception {
    var answer =
        gateway.send(gateway.post("/v1/requests", "{\"model\":\"smollm2\",\"prompt\":\"x\"}"));
    assertThat(answer.statusCode()).isEqualTo(202);
    return gateway.streams.takeRequest().id();
  }

  private void awaitSlowReader() {
    Eventually.that(() ->
        assertThat(gateway.metrics.get("weir.gateway.slow.readers").counter().count())
            .isEqualTo(1));
  }

  private double gauge(String name) {
    return gateway.metrics.get(name).gauge().value();
  }

  /** What stands behind a word up to the end of its line. */
  private static String line(String text, String word) {
    int begin = text.indexOf(word) + word.length();
    return text.substring(begin, text.indexOf('\n', begin)).strip();
  }

  private void assertThatItsRequestIsCancelled() throws InterruptedException {
    String id = gateway.streams.takeRequest().id();
    begin(id);
    assertThat(gateway.streams.takeCancellation()).isEqualTo(id);
    Eventually.that(() -> assertThat(gateway.streams.subscriptions).hasValue(0));
  }
}
