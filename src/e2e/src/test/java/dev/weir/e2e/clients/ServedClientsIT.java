package dev.weir.e2e.clients;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weir.e2e.SharedWeir;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The two packages named openai against {@code weir up} and a real model. */
final class ServedClientsIT {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final OpenAiClient.Questions QUESTIONS =
      new OpenAiClient.Questions(
          "smollm2",
          "What is the capital of Japan?",
          "What is the capital of Japan?",
          "The capital of Japan is",
          List.of("One, two, three, four,", "The capital of Japan is"),
          "word ".repeat(15_000),
          "Count from one to three hundred, in words.");

  private static String address;

  @BeforeAll
  static void up() throws Exception {
    address = SharedWeir.process().url().resolve("/v1").toString();
  }

  @ParameterizedTest
  @EnumSource
  void thePackageWorksUnchanged(OpenAiClient client) throws Exception {
    JsonNode found = client.ask(address, QUESTIONS);

    assertThat(found.path("models")).contains(MAPPER.readTree("\"smollm2\""));
    JsonNode whole = found.path("whole");
    assertThat(whole.path("role").asText()).isEqualTo("assistant");
    assertThat(whole.path("content").asText()).startsWith("The capital of Japan is Tokyo");
    assertThat(whole.path("reason").asText()).isEqualTo("stop");
    assertThat(whole.path("fingerprint").asText()).isNotBlank();
    // At temperature 0 the same question has the same answer, however it is asked.
    assertThat(found.at("/streamed/text")).isEqualTo(whole.path("content"));
    assertThat(found.at("/streamed/reason")).isEqualTo(whole.path("reason"));
    assertThat(found.at("/streamed/tokens")).isEqualTo(whole.path("tokens"));
    assertThat(found.path("afterLeaving")).isEqualTo(whole.path("content"));

    assertThatTokensAreLikelyAndOf("The capital", found.path("logprobs"));
    assertThat(found.path("completed"))
        .isEqualTo(
            MAPPER.readTree(
                """
                [[0," five","length"],[1," five","length"],
                 [2," Tokyo","length"],[3," Tokyo","length"]]
                """));
    assertThat(found.path("completedInParts").asText()).startsWith(" Tokyo");

    assertThatMistakesAreErrors(found);
  }

  private static void assertThatTokensAreLikelyAndOf(String text, JsonNode logprobs) {
    StringBuilder all = new StringBuilder();
    for (JsonNode token : logprobs) {
      all.append(token.path(0).asText());
      // The likeliest of SmolLM2's 49,152 tokens is no less likely than the average.
      assertThat(Math.exp(token.path(1).asDouble())).isBetween(1.0 / 49_152, 1.0);
      List<Byte> bytes = new ArrayList<>();
      token.path(2).forEach(one -> bytes.add((byte) one.asInt()));
      assertThat(bytes)
          .containsExactlyElementsOf(
              asList(token.path(0).asText().getBytes(StandardCharsets.UTF_8)));
    }
    assertThat(all).hasToString(text);
  }

  private static List<Byte> asList(byte[] bytes) {
    List<Byte> list = new ArrayList<>();
    for (byte one : bytes) {
      list.add(one);
    }
    return list;
  }

  private static void assertThatMistakesAreErrors(JsonNode found) throws Exception {
    JsonNode expected =
        MAPPER.readTree(
            """
            {"unknownModel":["NotFoundError",404,"model_not_found","model"],
             "wrongValue":["BadRequestError",400,"invalid_value","temperature"],
             "refused":["BadRequestError",400,"context_length_exceeded","messages"],
             "refusedStream":["BadRequestError",400,"context_length_exceeded","messages"]}
            """);
    for (var mistake : expected.properties()) {
      assertThat(found.path(mistake.getKey())).as(mistake.getKey()).isEqualTo(mistake.getValue());
    }
  }
}
