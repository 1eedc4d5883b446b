package dev.weir.gateway;

import static dev.weir.gateway.TestingGateway.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weir.proto.v1.FinishReason;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What clients see of a gateway that is told to stop. */
final class DrainTest {
  private final TestingGateway gateway =
      new TestingGateway("head-wait", "PT0.1S", "drain-delay", "PT0.1S", "drain-idle", "PT0.1S");
  private final TestingStreams streams = gateway.streams;

  @AfterEach
  void stop() {
    gateway.close();
  }

  private Thread drain() {
    return Thread.ofPlatform().start(gateway.gateway::drain);
  }

  private void awaitRefusal() {
    Eventually.that(() -> assertThat(refused()).isTrue());
  }

  private boolean refused() {
    try (Socket socket = new Socket("127.0.0.1", gateway.gateway.port())) {
      return !socket.isConnected();
    } catch (IOException e) {
      return true;
    }
  }

  private String publish() throws Exception {
    var response =
        gateway.send(gateway.post("/v1/requests", "{\"model\":\"smollm2\",\"prompt\":\"x\"}"));
    return json(response.body()).get("id").textValue();
  }

  private static void join(Thread drain) throws InterruptedException {
    assertThat(drain.join(Duration.ofSeconds(60))).as("it drained").isTrue();
  }

  @Test
  void anAnswerUnderWayComesWholeAndNoNewConnectionIsTaken() throws Exception {
    var answer =
        gateway.sendAsync(
            gateway.post("/v1/completions", "{\"model\":\"smollm2\",\"prompt\":\"x\"}"));
    String id = streams.takeRequest().id();
    streams.started(id);
    streams.tokens(id, 0, "a");
    Thread drain = drain();
    awaitRefusal();
    assertThat(drain.isAlive()).isTrue();

    streams.tokens(id, 1, "b");
    streams.finished(id, FinishReason.FINISH_REASON_STOP, 2);

    var response = answer.get(60, TimeUnit.SECONDS);
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(json(response.body()).at("/choices/0/text").textValue()).isEqualTo("ab");
    join(drain);
    assertThat(streams.cancellations).isEmpty();
  }

  @Test
  void aGatewayThatGoesSaysSoAndTakesRequestsForAWhile() throws Exception {
    try (TestingGateway slow = new TestingGateway("drain-delay", "PT1H")) {
      assertThat(slow.get("/health/ready").statusCode()).isEqualTo(200);
      Thread drain = Thread.ofPlatform().start(slow.gateway::drain);
      Eventually.that(() -> assertThat(ready(slow)).isEqualTo(503));

      var response =
          slow.send(slow.post("/v1/requests", "{\"model\":\"smollm2\",\"prompt\":\"x\"}"));

      assertThat(response.statusCode()).isEqualTo(202);
      assertThat(response.headers().firstValue("connection")).hasValue("close");
      assertThat(drain.isAlive()).isTrue();
      drain.interrupt();
      join(drain);
    }
  }

  @Test
  void aConnectionThatIsKeptCanSendItsNextRequestAndIsClosedWithTheAnswer() throws Exception {
    try (TestingGateway patient =
            new TestingGateway(
                "drain-delay", "PT0S", "drain-idle", "PT1H", "idle-timeout", "PT1H");
        Socket socket = new Socket("127.0.0.1", patient.gateway.port())) {
      BufferedReader answers =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
      socket.setSoTimeout(30_000); // one that stays open has no end
      byte[] request =
          "GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.UTF_8);
      socket.getOutputStream().write(request);
      assertThat(answers.readLine()).isEqualTo("HTTP/1.1 200 OK");
      Thread drain = Thread.ofPlatform().start(patient.gateway::drain);
      // It would have closed an idle connection by then.
      assertThat(drain.join(Duration.ofMillis(300))).isFalse();

      socket.getOutputStream().write(request);

      List<String> rest = answers.lines().toList(); // to the end of the connection
      assertThat(rest).contains("connection: close");
      assertThat(rest).anyMatch(line -> line.endsWith("HTTP/1.1 200 OK")); // behind a body
      join(drain);
    }
  }

  private static int ready(TestingGateway gateway) {
    try {
      return gateway.get("/health/ready").statusCode();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void anEventStreamEndsWithoutItsEndSoThatTheClientConnectsAgain() throws Exception {
    String id = publish();
    streams.started(id);
    streams.tokens(id, 0, "a");
    var response = gateway.open(gateway.request("/v1/streams/" + id)).get();
    BufferedReader lines = ChatCompletionsTest.reader(response.body());
    assertThat(lines.readLine()).isEqualTo("event: started");

    join(drain());

    StringBuilder rest = new StringBuilder();
    for (@Nullable String line = lines.readLine(); line != null; line = lines.readLine()) {
      rest.append(line).append('\n');
    }
    assertThat(rest.toString())
        .contains("event: tokens")
        .containsPattern("retry: \\d+\n")
        .doesNotContain("event: finished", "event: error");
    assertThat(streams.cancellations).isEmpty();
  }

  @Test
  void aSocketIsClosedAsForARestartAndItsStreamsAreNotCancelled() throws Exception {
    try (TestingSocket socket = new TestingSocket(gateway.client, TestingSocket.uri(gateway))) {
      socket.send(
          "{\"type\":\"submit\",\"ref\":\"r\",\"request\":{\"model\":\"smollm2\",\"prompt\":\"x\"}}");
      JsonNode accepted = socket.next();
      assertThat(accepted.get("type").textValue()).isEqualTo("accepted");
      streams.started(accepted.get("id").textValue());

      join(drain());

      socket.awaitClose();
      assertThat(socket.closeCode()).isEqualTo(1012);
      Eventually.that(() -> assertThat(streams.subscriptions).hasValue(0));
      assertThat(streams.cancellations).isEmpty();
    }
  }

  @Test
  void whatDoesNotEndIsBrokenOffAfterTheLimit() throws Exception {
    try (TestingGateway brief =
        new TestingGateway(
            "drain-delay", "PT0S", "drain-idle", "PT0S", "drain-timeout", "PT0.2S")) {
      var answer =
          brief.sendAsync(
              brief.post("/v1/completions", "{\"model\":\"smollm2\",\"prompt\":\"x\"}"));
      brief.streams.started(brief.streams.takeRequest().id());

      brief.gateway.drain();

      assertThat(answer).failsWithin(60, TimeUnit.SECONDS);
    }
  }
}
