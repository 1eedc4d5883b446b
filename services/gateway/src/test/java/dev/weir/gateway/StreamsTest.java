package dev.weir.gateway;

import static dev.weir.gateway.TestingGateway.error;
import static dev.weir.gateway.TestingGateway.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weir.proto.v1.FinishReason;
import dev.weir.stream.StreamReader.StreamFailure;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class StreamsTest {
  private TestingGateway gateway;
  private TestingStreams streams;

  @BeforeEach
  void start() {
    gateway = new TestingGateway("stream-window", "4", "head-wait", "PT0.3S");
    streams = gateway.streams;
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  private JsonNode publish() throws Exception {
    var response =
        gateway.send(gateway.post("/v1/requests", "{\"model\":\"smollm2\",\"prompt\":\"x\"}"));
    assertThat(response.statusCode()).isEqualTo(202);
    return json(response.body());
  }

  @Test
  void aPublishedRequestIsAnsweredWithItsIdAndPlace() throws Exception {
    JsonNode body = publish();
    assertThat(body.get("id").textValue()).isEqualTo(streams.takeRequest().id());
    assertThat(body.get("from").textValue()).isEqualTo("0-1000");
  }

  @Test
  void aStreamIsToldInEventsNamedByTheirKind() throws Exception {
    String id = publish().get("id").textValue();
    streams.answer(id, FinishReason.FINISH_REASON_STOP, "a", "b");
    List<Event> events = follow("/v1/streams/" + id, null);
    assertThat(events.stream().map(Event::name))
        .containsExactly("started", "tokens", "tokens", "finished");
    assertThat(events.stream().map(Event::id)).containsExactly(null, "0-1001", "0-1002", null);
    JsonNode tokens = json(events.get(1).data());
    assertThat(tokens.get("request_id").textValue()).isEqualTo(id);
    assertThat(tokens.at("/tokens/text").textValue()).isEqualTo("a");
    assertThat(json(events.get(3).data()).at("/finished/reason").textValue()).isEqualTo("stop");
  }

  @Test
  void aReaderGoesOnBehindTheCursorItHas() throws Exception {
    String id = publish().get("id").textValue();
    streams.answer(id, FinishReason.FINISH_REASON_STOP, "a", "b", "c");
    assertThat(texts(follow("/v1/streams/" + id + "?after=0-1001", null))).isEqualTo("bc");
    assertThat(texts(follow("/v1/streams/" + id + "?from=0-1000", null))).isEqualTo("abc");
    // The header is what a browser sends when it connects again: it wins over the address.
    assertThat(texts(follow("/v1/streams/" + id + "?after=0-1001", "0-1002"))).isEqualTo("c");
  }

  @Test
  void aStreamLongerThanTheWindowComesWholeAndInOrder() throws Exception {
    String id = publish().get("id").textValue();
    StringBuilder expected = new StringBuilder();
    streams.started(id);
    for (int i = 0; i < 500; i++) {
      streams.tokens(id, i, i + " ");
      expected.append(i).append(' ');
    }
    streams.finished(id, FinishReason.FINISH_REASON_STOP, 500);
    List<Event> events = follow("/v1/streams/" + id, null);
    assertThat(texts(events)).isEqualTo(expected.toString());
    assertThat(events.stream().filter(event -> "started".equals(event.name))).hasSize(1);
    assertThat(streams.follows.get()).as("it was read in windows").isGreaterThan(1);
  }

  @Test
  void aStreamThatNobodyKnowsIs404AndOneWithoutItsCursor410() throws Exception {
    var unknown = gateway.get("/v1/streams/018f-9999");
    assertThat(unknown.statusCode()).isEqualTo(404);
    assertThat(error(unknown).get("code").textValue()).isEqualTo("request_not_found");
    assertThat(gateway.get("/v1/streams/%20").statusCode()).isEqualTo(404);

    String id = publish().get("id").textValue();
    var gone = gateway.get("/v1/streams/" + id + "?after=0-7");
    assertThat(gone.statusCode()).isEqualTo(410);
    assertThat(error(gone).get("code").textValue()).isEqualTo("cursor_gone");

    var wrong = gateway.get("/v1/streams/" + id + "?after=seven");
    assertThat(wrong.statusCode()).isEqualTo(400);
    assertThat(error(wrong).get("param").textValue()).isEqualTo("after");
  }

  @Test
  void aReadingThatBreaksOnTheWayEndsWithAnErrorEvent() throws Exception {
    String id = publish().get("id").textValue();
    streams.started(id);
    var response = gateway.open(gateway.request("/v1/streams/" + id)).get();
    BufferedReader lines = ChatCompletionsTest.reader(response.body());
    assertThat(lines.readLine()).isEqualTo("event: started");
    streams.breakStream(id, new StreamFailure("unavailable", "Kafka is away.", null));
    List<Event> rest = events(lines);
    assertThat(rest.getLast().name()).isEqualTo("error");
    assertThat(json(rest.getLast().data()).at("/error/code").textValue()).isEqualTo("unavailable");
  }

  @Test
  void leavingAStreamNeverCancels() throws Exception {
    String id = publish().get("id").textValue();
    streams.started(id);
    streams.tokens(id, 0, "a");
    var response = gateway.open(gateway.request("/v1/streams/" + id)).get();
    ChatCompletionsTest.nextData(ChatCompletionsTest.reader(response.body()));
    response.body().close();
    Eventually.that(() -> assertThat(streams.subscriptions).hasValue(0));
    assertThat(streams.cancellations).isEmpty();
  }

  @Test
  void aStreamThatIsSilentBeginsWithAComment() throws Exception {
    String id = publish().get("id").textValue();
    var response = gateway.open(gateway.request("/v1/streams/" + id)).get();
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(ChatCompletionsTest.reader(response.body()).readLine()).isEqualTo(": ping");
    response.body().close();
  }

  @Test
  void aRequestIsCancelledByItsId() throws Exception {
    HttpResponse<String> response =
        gateway.send(gateway.request("/v1/requests/018f-0042").DELETE());
    assertThat(response.statusCode()).isEqualTo(202);
    assertThat(json(response.body()))
        .isEqualTo(json("{\"id\":\"018f-0042\",\"status\":\"cancelling\"}"));
    assertThat(streams.takeCancellation()).isEqualTo("018f-0042");
  }

  private List<Event> follow(String path, @Nullable String lastEventId) throws Exception {
    var request = gateway.request(path);
    if (lastEventId != null) {
      request.header("last-event-id", lastEventId);
    }
    var response = gateway.open(request).get();
    assertThat(response.statusCode()).isEqualTo(200);
    return events(ChatCompletionsTest.reader(response.body()));
  }

  /** All events up to the end of the body. */
  private static List<Event> events(BufferedReader lines) throws IOException {
    List<Event> events = new ArrayList<>();
    String id = null;
    String name = null;
    String data = null;
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.startsWith("id: ")) {
        id = line.substring(4);
      } else if (line.startsWith("event: ")) {
        name = line.substring(7);
      } else if (line.startsWith("data: ")) {
        data = line.substring(6);
      } else if (line.isEmpty() && data != null) {
        events.add(new Event(id, String.valueOf(name), data));
        id = null;
        name = null;
        data = null;
      }
    }
    return events;
  }

  private static String texts(List<Event> events) {
    StringBuilder text = new StringBuilder();
    for (Event event : events) {
      text.append(json(event.data()).at("/tokens/text").asText(""));
    }
    return text.toString();
  }

  private record Event(@Nullable String id, String name, String data) {}
}
