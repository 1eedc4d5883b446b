package dev.weir.gateway;

import static dev.weir.gateway.TestingGateway.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import dev.weir.proto.v1.FinishReason;
import dev.weir.proto.v1.Finished;
import dev.weir.proto.v1.TokenLogprob;
import dev.weir.proto.v1.TopLogprob;
import dev.weir.stream.StreamReader.StreamFailure;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class ChatCompletionsTest {
  private static final String PATH = "/v1/chat/completions";
  private static final String ASK =
      "{\"model\":\"smollm2\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]%s}";

  private TestingGateway gateway;
  private TestingStreams streams;

  @BeforeEach
  void start() {
    gateway = new TestingGateway("head-wait", "PT0.3S", "ping-interval", "PT0.2S");
    streams = gateway.streams;
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  private CompletableFuture<HttpResponse<String>> ask(String more) {
    return gateway.sendAsync(gateway.post(PATH, ASK.formatted(more)));
  }

  private CompletableFuture<HttpResponse<InputStream>> askStream(String more) {
    return gateway.open(gateway.post(PATH, ASK.formatted(",\"stream\":true" + more)));
  }

  @Test
  void aWholeAnswerHasTheShapeOfTheOpenAiApi() throws Exception {
    var response = ask(",\"max_completion_tokens\":7");
    var sent = streams.takeRequest();
    streams.answer(sent.id(), FinishReason.FINISH_REASON_STOP, "Hel", "lo", "!");

    assertThat(sent.request().getSampling().getMaxTokens()).isEqualTo(7);
    assertThat(sent.request().getMessages(0).getContent()).isEqualTo("Hi");
    assertThat(response.get().statusCode()).isEqualTo(200);
    JsonNode body = json(response.get().body());
    assertThat(body.get("created").longValue()).isPositive();
    ((ObjectNode) body).remove("created");
    assertThat(body)
        .isEqualTo(
            json(
                """
                {"id":"chatcmpl-%s","object":"chat.completion","model":"smollm2",
                 "system_fingerprint":"numerics-1",
                 "choices":[{"index":0,
                   "message":{"role":"assistant","content":"Hello!","refusal":null},
                   "logprobs":null,"finish_reason":"stop"}],
                 "usage":{"prompt_tokens":5,"completion_tokens":3,"total_tokens":8,
                   "prompt_tokens_details":{"cached_tokens":2}}}
                """
                    .formatted(sent.id())));
    assertThat(response.get().headers().firstValue("weir-request-id")).hasValue(sent.id());
    assertThat(response.get().headers().firstValue("x-request-id")).isPresent();
  }

  @Test
  void aStreamBringsTheRoleThenTheTextThenTheReasonThenDone() throws Exception {
    var response = askStream("");
    var sent = streams.takeRequest();
    streams.answer(sent.id(), FinishReason.FINISH_REASON_LENGTH, "Hel", "lo");

    assertThat(response.get().headers().firstValue("content-type"))
        .hasValue("text/event-stream; charset=utf-8");
    List<String> events = dataOf(response.get().body());
    assertThat(events).hasSize(5).last().isEqualTo("[DONE]");
    List<JsonNode> chunks = events.subList(0, 4).stream().map(TestingGateway::json).toList();
    for (JsonNode chunk : chunks) {
      assertThat(chunk.get("id").textValue()).isEqualTo("chatcmpl-" + sent.id());
      assertThat(chunk.get("object").textValue()).isEqualTo("chat.completion.chunk");
      assertThat(chunk.get("model").textValue()).isEqualTo("smollm2");
      assertThat(chunk.get("system_fingerprint").textValue()).isEqualTo("numerics-1");
      assertThat(chunk.has("usage")).isFalse();
    }
    assertThat(chunks.stream().map(chunk -> chunk.get("choices").toString()))
        .containsExactly(
            "[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\",\"refusal\":null},"
                + "\"logprobs\":null,\"finish_reason\":null}]",
            "[{\"index\":0,\"delta\":{\"content\":\"Hel\"},\"logprobs\":null,\"finish_reason\":null}]",
            "[{\"index\":0,\"delta\":{\"content\":\"lo\"},\"logprobs\":null,\"finish_reason\":null}]",
            "[{\"index\":0,\"delta\":{},\"logprobs\":null,\"finish_reason\":\"length\"}]");
  }

  @Test
  void textComesBeforeTheAnswerHasEnded() throws Exception {
    var response = askStream("");
    var sent = streams.takeRequest();
    streams.started(sent.id());
    streams.tokens(sent.id(), 0, "first");
    BufferedReader lines = reader(response.get().body());
    assertThat(nextData(lines)).contains("\"role\":\"assistant\"");
    assertThat(nextData(lines)).contains("first");
    streams.tokens(sent.id(), 1, "second");
    assertThat(nextData(lines)).contains("second");
    streams.finished(sent.id(), FinishReason.FINISH_REASON_STOP, 2);
    assertThat(nextData(lines)).contains("\"finish_reason\":\"stop\"");
    assertThat(nextData(lines)).isEqualTo("[DONE]");
  }

  @Test
  void theUsageComesInAChunkOfItsOwnWhenAskedFor() throws Exception {
    var response = askStream(",\"stream_options\":{\"include_usage\":true}");
    var sent = streams.takeRequest();
    streams.answer(sent.id(), FinishReason.FINISH_REASON_STOP, "a");
    List<String> events = dataOf(response.get().body());
    for (String event : events.subList(0, 3)) {
      assertThat(json(event).get("usage").isNull()).isTrue();
    }
    JsonNode last = json(events.get(3));
    assertThat(last.get("choices")).isEmpty();
    assertThat(last.at("/usage/total_tokens").intValue()).isEqualTo(6);
    assertThat(last.at("/usage/prompt_tokens_details/cached_tokens").intValue()).isEqualTo(2);
  }

  @Test
  void logProbabilitiesTellTokenBytesAndAlternatives() throws Exception {
    var response = ask(",\"logprobs\":true,\"top_logprobs\":1");
    var sent = streams.takeRequest();
    assertThat(sent.request().getSampling().getTopLogprobs()).isEqualTo(1);
    streams.started(sent.id());
    // The first two bytes of a four-byte character: no text yet.
    streams.tokens(
        sent.id(), 0, "", logprob(new byte[] {(byte) 0xf0, (byte) 0x9f}, -0.5f, "A", -2));
    streams.tokens(
        sent.id(), 1, "é", logprob("é".getBytes(StandardCharsets.UTF_8), -0.25f, "é", -0.25f));
    streams.finished(sent.id(), FinishReason.FINISH_REASON_STOP, 2);
    assertThat(json(response.get().body()).at("/choices/0/logprobs"))
        .isEqualTo(
            json(
                """
                {"content":[
                  {"token":"\\\\xf0\\\\x9f","logprob":-0.5,"bytes":[240,159],
                   "top_logprobs":[{"token":"A","logprob":-2.0,"bytes":[65]}]},
                  {"token":"é","logprob":-0.25,"bytes":[195,169],
                   "top_logprobs":[{"token":"é","logprob":-0.25,"bytes":[195,169]}]}],
                 "refusal":null}
                """));
  }

  @Test
  void severalAnswersAreSeveralRequestsWithSeedsOfTheirOwn() throws Exception {
    var response = ask(",\"n\":3,\"seed\":40");
    var first = streams.takeRequest();
    var second = streams.takeRequest();
    var third = streams.takeRequest();
    streams.answer(third.id(), FinishReason.FINISH_REASON_STOP, "c");
    streams.answer(first.id(), FinishReason.FINISH_REASON_STOP, "a");
    streams.answer(second.id(), FinishReason.FINISH_REASON_LENGTH, "b", "b");

    assertThat(List.of(first, second, third))
        .extracting(sent -> sent.request().getSampling().getSeed())
        .containsExactly(40L, 41L, 42L);
    JsonNode body = json(response.get().body());
    assertThat(body.get("id").textValue()).isEqualTo("chatcmpl-" + first.id());
    assertThat(body.get("choices")).hasSize(3);
    assertThat(body.at("/choices/1/index").intValue()).isEqualTo(1);
    assertThat(body.at("/choices/1/message/content").textValue()).isEqualTo("bb");
    assertThat(body.at("/choices/2/message/content").textValue()).isEqualTo("c");
    assertThat(body.at("/usage/prompt_tokens").intValue()).isEqualTo(5);
    assertThat(body.at("/usage/completion_tokens").intValue()).isEqualTo(4);
    assertThat(response.get().headers().firstValue("weir-request-id"))
        .hasValue(first.id() + "," + second.id() + "," + third.id());
  }

  @Test
  void choicesOfAStreamAreToldApartByTheirIndex() throws Exception {
    var response = askStream(",\"n\":2");
    var first = streams.takeRequest();
    var second = streams.takeRequest();
    streams.answer(second.id(), FinishReason.FINISH_REASON_STOP, "b");
    streams.answer(first.id(), FinishReason.FINISH_REASON_STOP, "a");
    List<String> events = dataOf(response.get().body());
    assertThat(events).hasSize(7).last().isEqualTo("[DONE]");
    StringBuilder[] text = {new StringBuilder(), new StringBuilder()};
    for (String event : events.subList(0, 6)) {
      JsonNode choice = json(event).at("/choices/0");
      text[choice.get("index").intValue()].append(choice.at("/delta/content").asText(""));
    }
    assertThat(text[0]).hasToString("a");
    assertThat(text[1]).hasToString("b");
  }

  @Test
  void anErrorBeforeTheFirstTokenIsAStatus() throws Exception {
    var response = askStream("");
    var sent = streams.takeRequest();
    streams.started(sent.id());
    streams.failed(sent.id(), "context_length_exceeded", 400, "messages");
    assertThat(response.get().statusCode()).isEqualTo(400);
    String body = new String(response.get().body().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(json(body))
        .isEqualTo(
            json(
                """
                {"error":{"message":"the worker says context_length_exceeded",
                 "type":"invalid_request_error","param":"messages",
                 "code":"context_length_exceeded"}}
                """));
  }

  @Test
  void anErrorBehindTheFirstTokenIsAnEvent() throws Exception {
    var response = askStream("");
    var sent = streams.takeRequest();
    streams.started(sent.id());
    streams.tokens(sent.id(), 0, "a");
    BufferedReader lines = reader(response.get().body());
    nextData(lines);
    nextData(lines);
    streams.failed(sent.id(), "device_lost", 500, "");
    JsonNode error = json(String.valueOf(nextData(lines))).get("error");
    assertThat(error.get("code").textValue()).isEqualTo("device_lost");
    assertThat(error.get("type").textValue()).isEqualTo("server_error");
    assertThat(nextData(lines)).isNull();
  }

  @Test
  void silenceBecomesAStatusLineAndThenComments() throws Exception {
    var response = askStream("");
    var sent = streams.takeRequest();
    assertThat(response.get().statusCode()).isEqualTo(200);
    BufferedReader lines = reader(response.get().body());
    for (int comments = 0; comments < 3; comments++) {
      assertThat(lines.readLine()).isEqualTo(": ping");
      assertThat(lines.readLine()).isEmpty();
    }
    streams.started(sent.id());
    streams.failed(sent.id(), "internal_error", 500, "");
    assertThat(nextData(lines)).contains("\"error\"");
  }

  @Test
  void textThatTheEndReleasesComesBeforeTheReason() throws Exception {
    var response = askStream("");
    var sent = streams.takeRequest();
    streams.started(sent.id());
    streams.tokens(sent.id(), 0, "a");
    streams.tokens(sent.id(), 1, ""); // held back for a stop string
    streams.finished(
        sent.id(),
        Finished.newBuilder()
            .setReason(FinishReason.FINISH_REASON_CANCELLED)
            .setTotal(2)
            .setText("held"));
    List<String> events = dataOf(response.get().body());
    assertThat(events).hasSize(5);
    assertThat(events.get(2)).contains("{\"content\":\"held\"}");
    assertThat(events.get(3)).contains("\"finish_reason\":\"cancelled\"");
  }

  @Test
  void aStreamThatCannotBeReadIsAnErrorAndCancelsNothingTwice() throws Exception {
    var response = ask("");
    var sent = streams.takeRequest();
    Eventually.that(() -> assertThat(streams.subscriptions).hasValue(1));
    streams.breakStream(sent.id(), new StreamFailure("unavailable", "Kafka is away.", null));
    assertThat(response.get().statusCode()).isEqualTo(503);
    assertThat(TestingGateway.error(response.get()).get("code").textValue())
        .isEqualTo("unavailable");
    assertThat(streams.takeCancellation()).isEqualTo(sent.id());
    assertThat(streams.cancellations).isEmpty();
  }

  @Test
  void aClientThatGoesAwayCancelsItsRequest() throws Exception {
    var response = askStream(",\"n\":2");
    var first = streams.takeRequest();
    var second = streams.takeRequest();
    streams.answer(second.id(), FinishReason.FINISH_REASON_STOP, "b");
    streams.started(first.id());
    streams.tokens(first.id(), 0, "a");
    BufferedReader lines = reader(response.get().body());
    for (int i = 0; i < 5; i++) {
      nextData(lines);
    }
    response.get().body().close();
    assertThat(streams.takeCancellation()).isEqualTo(first.id());
    Eventually.that(() -> assertThat(streams.subscriptions).hasValue(0));
    assertThat(streams.cancellations).isEmpty(); // the second had ended
    Eventually.that(
        () -> assertThat(gateway.metrics.scrape()).contains("weir_gateway_outstanding 0.0"));
  }

  @Test
  void aClientThatGoesAwayBeforeAnyAnswerCancelsToo() throws Exception {
    var response = ask("");
    var sent = streams.takeRequest();
    response.cancel(true);
    gateway.client.shutdownNow();
    assertThat(streams.takeCancellation()).isEqualTo(sent.id());
  }

  @Test
  void aDetachedRequestOutlivesItsClient() throws Exception {
    var response = askStream(",\"weir\":{\"detach\":true}");
    var sent = streams.takeRequest();
    streams.started(sent.id());
    streams.tokens(sent.id(), 0, "a");
    nextData(reader(response.get().body()));
    response.get().body().close();
    Eventually.that(() -> assertThat(streams.subscriptions).hasValue(0));
    assertThat(streams.cancellations).isEmpty();
  }

  @Test
  void aGatewayThatClosesCancelsNothing() throws Exception {
    var response = askStream("");
    var sent = streams.takeRequest();
    streams.started(sent.id());
    streams.tokens(sent.id(), 0, "a");
    nextData(reader(response.get().body()));
    gateway.gateway.close();
    Eventually.that(() -> assertThat(streams.subscriptions).hasValue(0));
    assertThat(streams.cancellations).isEmpty();
  }

  @Test
  void theSameIdempotencyKeyAndBodyReplaysTheSameRequest() throws Exception {
    var request = gateway.post(PATH, ASK.formatted("")).header("idempotency-key", "key-1");
    var first = gateway.sendAsync(request);
    var sent = streams.takeRequest();
    streams.answer(sent.id(), FinishReason.FINISH_REASON_STOP, "once");
    var second = gateway.send(request);
    assertThat(json(second.body()).get("id")).isEqualTo(json(first.get().body()).get("id"));
    assertThat(json(second.body()).at("/choices/0/message/content").textValue()).isEqualTo("once");
    assertThat(streams.requests).isEmpty();

    var other =
        gateway.send(
            gateway.post(PATH, ASK.formatted(",\"seed\":1")).header("idempotency-key", "key-1"));
    assertThat(other.statusCode()).isEqualTo(422);
    assertThat(TestingGateway.error(other).get("code").textValue())
        .isEqualTo("idempotency_key_reused");
  }

  @Test
  void aRequestWithAKeyIsThereForTheClientThatComesBack() throws Exception {
    String body = ASK.formatted(",\"stream\":true");
    var request = gateway.post(PATH, body).header("idempotency-key", "key-2");
    var first = gateway.open(request);
    var sent = streams.takeRequest();
    streams.started(sent.id());
    streams.tokens(sent.id(), 0, "one ");
    nextData(reader(first.get().body()));
    first.get().body().close();
    Eventually.that(() -> assertThat(streams.subscriptions).hasValue(0));
    assertThat(streams.cancellations).isEmpty();

    streams.tokens(sent.id(), 1, "two");
    streams.finished(sent.id(), FinishReason.FINISH_REASON_STOP, 2);
    List<String> events = dataOf(gateway.open(request).get().body());
    assertThat(events).anyMatch(event -> event.contains("one "));
    assertThat(events).anyMatch(event -> event.contains("two"));
    assertThat(events).last().isEqualTo("[DONE]");
  }

  private static TokenLogprob logprob(byte[] bytes, float logprob, String top, float topLogprob) {
    return TokenLogprob.newBuilder()
        .setBytes(ByteString.copyFrom(bytes))
        .setLogprob(logprob)
        .addTop(
            TopLogprob.newBuilder().setBytes(ByteString.copyFromUtf8(top)).setLogprob(topLogprob))
        .build();
  }

  static BufferedReader reader(InputStream body) {
    return new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8));
  }

  /** The next event's data; null at the end. */
  static @Nullable String nextData(BufferedReader lines) throws IOException {
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.startsWith("data: ")) {
        return line.substring(6);
      }
    }
    return null;
  }

  static List<String> dataOf(InputStream body) throws IOException {
    List<String> events = new ArrayList<>();
    BufferedReader lines = reader(body);
    for (String event = nextData(lines); event != null; event = nextData(lines)) {
      events.add(event);
    }
    return events;
  }
}
