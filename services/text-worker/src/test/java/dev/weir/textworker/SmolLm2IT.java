package dev.weir.textworker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.weir.kernels.KernelLanguageModel;
import dev.weir.proto.v1.FinishReason;
import dev.weir.proto.v1.GenerationRequest;
import dev.weir.proto.v1.Message;
import dev.weir.proto.v1.Sampling;
import dev.weir.stream.RequestHeaders;
import dev.weir.text.Checkpoint;
import dev.weir.text.Checkpoints;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The real model, from messages to text, against what transformers answers. */
final class SmolLm2IT {
  private static final int EXACT_TOKENS = 16;

  private static @Nullable TextModel loaded;
  private static JsonNode expected = MissingNode.getInstance();

  @BeforeAll
  static void load() throws Exception {
    loaded =
        TextModel.load(
            TextWorkerConfig.load(
                Map.of(
                    "weir.worker.model", checkpoint().toString(),
                    "weir.worker.name", "smollm2",
                    "weir.worker.precision", "f32",
                    "weir.worker.slots", "4",
                    "weir.worker.max-context", "256",
                    "weir.worker.threads", "1")),
            Duration.ofMinutes(2),
            new SimpleMeterRegistry());
    String fixtures = Objects.requireNonNull(System.getProperty("weir.fixtures"));
    expected = new ObjectMapper().readTree(Path.of(fixtures, "smollm2", "expected.json").toFile());
  }

  private static Path checkpoint() {
    String named = System.getenv("WEIR_SMOLLM2");
    Path path =
        named != null
            ? Path.of(named)
            : Path.of(
                System.getProperty("user.home"),
                ".weir/models/smollm2/SmolLM2-135M-Instruct.Q4_1.gguf");
    if (!Files.exists(path)) {
      String missing = "missing on this machine: SmolLM2 (services/weir pull smollm2)";
      if (Boolean.parseBoolean(System.getenv("WEIR_REQUIRE_ALL"))) {
        fail(missing);
      }
      abort("skipped, " + missing);
    }
    return path;
  }

  @AfterAll
  static void close() {
    if (loaded != null) {
      loaded.close();
    }
  }

  private static TextModel model() {
    return Objects.requireNonNull(loaded);
  }

  /** All at the same time: batched, in chunks beside each other. */
  @Test
  void conversationsGetTheGreedyAnswersOfTheReference() throws Exception {
    List<TestingSink> sinks = new ArrayList<>();
    for (JsonNode generation : expected.get("generation")) {
      TestingSink sink = new TestingSink();
      sinks.add(sink);
      model()
          .generator()
          .begin(request(generation.get("user").asText()), RequestHeaders.NONE, sink)
          .proceed(List.of(), 0);
    }
    for (int i = 0; i < sinks.size(); i++) {
      JsonNode generation = expected.get("generation").get(i);
      TestingSink sink = sinks.get(i);
      int promptTokens = sink.await().getUsage().getPromptTokens();
      assertThat(promptTokens).isEqualTo(generation.get("prompt_ids").size());
      List<Integer> ids = new ArrayList<>();
      generation.get("greedy_ids").forEach(id -> ids.add(id.asInt()));
      int exact = Math.min(EXACT_TOKENS, ids.size());
      assertThat(sink.ids()).startsWith(ids.subList(0, exact).toArray(Integer[]::new));
      if (sink.ids().equals(ids)) {
        assertThat(sink.text() + (stopped(sink) ? "<|im_end|>" : ""))
            .isEqualTo(generation.get("greedy_text").asText());
      }
    }
    assertThat(sinks.getFirst().text()).isEqualTo("The capital of France is Paris.");
    assertThat(stopped(sinks.getFirst())).isTrue();
  }

  private static boolean stopped(TestingSink sink) throws Exception {
    return sink.await().getReason() == FinishReason.FINISH_REASON_STOP;
  }

  private static GenerationRequest request(String user) {
    return GenerationRequest.newBuilder()
        .setId("r")
        .setModel("smollm2")
        .addMessages(Message.newBuilder().setRole("user").setContent(user))
        .setSampling(Sampling.newBuilder().setTemperature(0).setMaxTokens(48))
        .build();
  }

  /** What the default chooses on this machine. */
  private static String backend() {
    try (Checkpoint checkpoint = Checkpoints.open(checkpoint())) {
      boolean kernels = KernelLanguageModel.obstacle(checkpoint.config()).isEmpty();
      return kernels ? "kernels-cpu-.+" : "torch-cpu";
    }
  }

  @Test
  void theCardSaysWhatItIs() {
    TextModel.Description description = model().description();
    assertThat(description.backend()).matches(backend());
    assertThat(description)
        .isEqualTo(new TextModel.Description("llama", "f32", description.backend(), true));
    assertThat(model().engine().limits().contextLength()).isEqualTo(256);
  }
}
