package dev.weir.gateway;

import static dev.weir.gateway.TestingGateway.error;
import static dev.weir.gateway.TestingGateway.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import dev.weir.proto.v1.FinishReason;
import dev.weir.proto.v1.TokenLogprob;
import dev.weir.proto.v1.TopLogprob;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class CompletionsTest {
  private static final String PATH = "/v1/completions";

  private TestingGateway gateway;
  private TestingStreams streams;

  @BeforeEach
  void start() {
    gateway = new TestingGateway();
    streams = gateway.streams;
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  private CompletableFuture<HttpResponse<String>> ask(String fields) {
    return gateway.sendAsync(gateway.post(PATH, "{\"model\":\"smollm2\"," + fields + "}"));
  }

  @Test
  void aWholeAnswerHasTheShapeOfTheOlderApi() throws Exception {
    var response = ask("\"prompt\":\"Once\"");
    var sent = streams.takeRequest();
    streams.answer(sent.id(), FinishReason.FINISH_REASON_LENGTH, " upon", " a");

    assertThat(sent.request().getPrompt()).isEqualTo("Once");
    assertThat(sent.request().getSampling().getMaxTokens()).isEqualTo(16); // OpenAI's default
    JsonNode body = json(response.get().body());
    assertThat(body.get("id").textValue()).isEqualTo("cmpl-" + sent.id());
    assertThat(body.get("object").textValue()).isEqualTo("text_completion");
    assertThat(body.get("choices"))
        .isEqualTo(
            json(
                """
                [{"text":" upon a","index":0,"logprobs":null,"finish_reason":"length"}]
                """));
    assertThat(body.at("/usage/total_tokens").intValue()).isEqualTo(7);
  }

  @Test
  void aStreamHasTextAndThenTheReason() throws Exception {
    var response =
        gateway.open(
            gateway.post(PATH, "{\"model\":\"smollm2\",\"prompt\":\"x\",\"stream\":true}"));
    var sent = streams.takeRequest();
    streams.answer(sent.id(), FinishReason.FINISH_REASON_STOP, "a", "b");
    List<String> events = ChatCompletionsTest.dataOf(response.get().body());
    assertThat(events).hasSize(4).last().isEqualTo("[DONE]");
    assertThat(events.subList(0, 3).stream().map(event -> json(event).get("choices").toString()))
        .containsExactly(
            "[{\"text\":\"a\",\"index\":0,\"logprobs\":null,\"finish_reason\":null}]",
            "[{\"text\":\"b\",\"index\":0,\"logprobs\":null,\"finish_reason\":null}]",
            "[{\"text\":\"\",\"index\":0,\"logprobs\":null,\"finish_reason\":\"stop\"}]");
  }

  @Test
  void severalPromptsTimesNAreJoinedInOrder() throws Exception {
    var response = ask("\"prompt\":[\"A\",\"B\"],\"n\":2,\"echo\":true");
    for (int i = 0; i < 4; i++) {
      var sent = streams.takeRequest();
      assertThat(sent.request().getPrompt()).isEqualTo(i < 2 ? "A" : "B");
      streams.answer(sent.id(), FinishReason.FINISH_REASON_STOP, Integer.toString(i));
    }
    JsonNode body = json(response.get().body());
    assertThat(body.get("choices").findValuesAsText("text"))
        .containsExactly("A0", "A1", "B2", "B3");
    assertThat(body.get("choices").findValuesAsText("index")).containsExactly("0", "1", "2", "3");
    assertThat(body.at("/usage/prompt_tokens").intValue()).isEqualTo(10); // two prompts, once each
    assertThat(body.at("/usage/completion_tokens").intValue()).isEqualTo(4);
  }

  @Test
  void promptsMayBeTokenIdsOrListsOfThem() throws Exception {
    var one = ask("\"prompt\":[1,2,3]");
    var sent = streams.takeRequest();
    assertThat(sent.request().getPromptTokenIdsList()).containsExactly(1, 2, 3);
    streams.answer(sent.id(), FinishReason.FINISH_REASON_STOP, "x");
    assertThat(one.get().statusCode()).isEqualTo(200);

    var two = ask("\"prompt\":[[1],[2,3]]");
    var first = streams.takeRequest();
    var second = streams.takeRequest();
    assertThat(first.request().getPromptTokenIdsList()).containsExactly(1);
    assertThat(second.request().getPromptTokenIdsList()).containsExactly(2, 3);
    streams.answer(first.id(), FinishReason.FINISH_REASON_STOP, "x");
    streams.answer(second.id(), FinishReason.FINISH_REASON_STOP, "y");
    assertThat(json(two.get().body()).get("choices").findValuesAsText("text"))
        .containsExactly("x", "y");
  }

  @Test
  void logProbabilitiesAreListsSideBySide() throws Exception {
    var response = ask("\"prompt\":\"x\",\"logprobs\":1");
    var sent = streams.takeRequest();
    assertThat(sent.request().getSampling().getTopLogprobs()).isEqualTo(1);
    streams.started(sent.id());
    streams.tokens(sent.id(), 0, "né", logprob("né", -0.5f, "no", -0.25f));
    streams.tokens(sent.id(), 1, "!", logprob("!", -1f, "!", -1f));
    streams.finished(sent.id(), FinishReason.FINISH_REASON_STOP, 2);
    assertThat(json(response.get().body()).at("/choices/0/logprobs"))
        .isEqualTo(
            json(
                """
                {"tokens":["né","!"],"token_logprobs":[-0.5,-1.0],
                 "top_logprobs":[{"no":-0.25,"né":-0.5},{"!":-1.0}],"text_offset":[0,2]}
                """));
  }

  @Test
  void whatCannotBeDoneIsRefusedByName() throws Exception {
    assertRefused("\"prompt\":\"x\",\"best_of\":3", "best_of");
    assertRefused("\"prompt\":[1,2],\"echo\":true", "echo");
    assertRefused("\"prompt\":\"x\",\"echo\":true,\"logprobs\":1", "echo");
    assertRefused("\"prompt\":\"x\",\"suffix\":\"y\"", "suffix");
    assertRefused("\"prompt\":[\"x\",[1]]", "prompt[1]");
    assertRefused("\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]", "messages");
    assertRefused("\"max_tokens\":3", "prompt");
    assertRefused("\"prompt\":\"x\",\"n\":17", "n");
    assertRefused("\"prompt\":[\"x\",\"y\"],\"n\":9", "n");
    assertThat(streams.requests).isEmpty();
  }

  private void assertRefused(String fields, String param) throws Exception {
    var response = ask(fields).get();
    assertThat(response.statusCode()).as(fields).isEqualTo(400);
    assertThat(error(response).get("param").asText()).as(fields).isEqualTo(param);
  }

  private static TokenLogprob logprob(String text, float logprob, String top, float topLogprob) {
    return TokenLogprob.newBuilder()
        .setBytes(ByteString.copyFromUtf8(text))
        .setLogprob(logprob)
        .addTop(
            TopLogprob.newBuilder().setBytes(ByteString.copyFromUtf8(top)).setLogprob(topLogprob))
        .build();
  }
}
