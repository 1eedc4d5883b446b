package dev.weir.e2e.clients;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weir.gateway.TestingSystem;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The two packages named openai against a gateway on Kafka, whose one slot says what it is told.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class OpenAiClientsIT {
  private static final OpenAiClient.Questions QUESTIONS =
      new OpenAiClient.Questions(
          "echo", "to be or not", "é !", "a b", List.of("one two", "three"), "refuse", "forever");

  private static final String EXPECTED =
      """
      {"models":["echo"],"model":"model",
       "whole":{"role":"assistant","content":"to be or not","reason":"stop",
         "fingerprint":"echo-1","tokens":8},
       "streamed":{"text":"to be or not","reason":"stop","tokens":8},
       "logprobs":[["é",-0.5,[195,169]],[" !",-0.5,[32,33]]],
       "completed":[[0,"one","length"],[1,"one","length"],[2,"three","length"],
         [3,"three","length"]],
       "completedInParts":"a b",
       "unknownModel":["NotFoundError",404,"model_not_found","model"],
       "wrongValue":["BadRequestError",400,"invalid_value","temperature"],
       "refused":["BadRequestError",400,"context_length_exceeded","messages"],
       "refusedStream":["BadRequestError",400,"context_length_exceeded","messages"],
       "afterLeaving":"to be or not"}
      """;

  private TestingSystem system;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    system = new TestingSystem(folder, 1);
  }

  @AfterAll
  void stop() throws Exception {
    system.close();
  }

  @ParameterizedTest
  @EnumSource
  void thePackageWorksUnchanged(OpenAiClient client) throws Exception {
    assertThat(client.ask(system.address() + "/v1", QUESTIONS))
        .isEqualTo(new ObjectMapper().readTree(EXPECTED));
  }
}
