package dev.weir.textworker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.engine.ModelLimits;
import dev.weir.engine.TestingLanguageModel;
import dev.weir.proto.v1.FinishReason;
import dev.weir.proto.v1.Finished;
import dev.weir.proto.v1.GenerationRequest;
import dev.weir.proto.v1.Sampling;
import dev.weir.stream.RequestHeaders;
import dev.weir.text.CheckpointException;
import dev.weir.text.Tokenizer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class TextModelTest {
  private final TestingLanguageModel model =
      new TestingLanguageModel(TestingLanguageModel.limits(2, 64));
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

  private TextModel start(@Nullable Tokenizer tokenizer, @Nullable String template) {
    return TextModel.of(
        TestingCheckpoint.with(tokenizer, template),
        new ServedModel(model, "f32", "testing"),
        TextWorkerConfig.load(Map.of("weir.worker.model", "m", "weir.worker.step-tokens", "64")),
        Duration.ofMinutes(1),
        registry);
  }

  @Test
  void aModelIsWarmBeforeItIsReadyAndItsWarmUpIsNotCounted() {
    try (TextModel text = start(new TestingTokenizer(), "{{ messages }}")) {
      assertThat(model.stepTokens()).hasSizeGreaterThan(10);
      assertThat(registry.get("weir.generation.tokens").counter().count()).isZero();
      assertThat(text.name()).isEqualTo("letters");
      assertThat(text.description())
          .isEqualTo(new TextModel.Description("llama", "f32", "testing", true));
    }
    assertThat(model.closed()).isTrue();
    assertThat(registry.getMeters()).isEmpty();
  }

  @Test
  void eachPromptOfTheWarmUpIsComputedInWholeSoThatItsCostIsLearned() {
    try (TextModel text = start(new TestingTokenizer(), null)) {
      assertThat(text.engine().alive()).isTrue();
      // all but the last token, whose output must wait, may be computed before the request proceeds
      assertThat(model.stepTokens().stream().filter(tokens -> tokens > 1))
          .hasSize(2)
          .allSatisfy(tokens -> assertThat(tokens).isBetween(31, 32));
    }
  }

  @Test
  void whatItAnswersIsCounted() throws Exception {
    try (TextModel text = start(new TestingTokenizer(), null)) {
      TestingSink sink = new TestingSink();
      text.generator().begin(request(3), RequestHeaders.NONE, sink).proceed(List.of(), 0);
      assertThat(sink.await().getTotal()).isEqualTo(3);
      assertThat(registry.get("weir.generation.tokens").counter().count()).isEqualTo(3);
      assertThat(
              registry
                  .get("weir.request.success")
                  .tag("finished_reason", "length")
                  .counter()
                  .count())
          .isEqualTo(1);
    }
  }

  @Test
  void anAdapterAnswersUnderItsOwnNameOnTheSameEngine() throws Exception {
    TestingLanguageModel adaptable =
        new TestingLanguageModel(new ModelLimits(32, 64, 2, 8, 0, true, "testing", 1));
    ServedModel served =
        new ServedModel(
            adaptable,
            "f32",
            "testing",
            List.of(new ServedModel.Adapter("poems", "0123456789abcdef0123")));
    try (TextModel text =
        TextModel.of(
            TestingCheckpoint.with(new TestingTokenizer(), null),
            served,
            TextWorkerConfig.load(
                Map.of("weir.worker.model", "m", "weir.worker.step-tokens", "64")),
            Duration.ofMinutes(1),
            registry)) {
      assertThat(text.served().stream().map(TextModel.Served::name))
          .containsExactly("letters", "poems");
      assertThat(text.served().stream().map(TextModel.Served::numericsId))
          .containsExactly("testing", "testing-lora-0123456789abcdef");
      List<List<Integer>> answers = new ArrayList<>();
      for (TextModel.Served each : text.served()) {
        TestingSink sink = new TestingSink();
        each.generator()
            .begin(
                GenerationRequest.newBuilder()
                    .setId("r-" + each.name())
                    .setModel(each.name())
                    .setPrompt("a")
                    .setSampling(
                        Sampling.newBuilder().setTemperature(0).setMaxTokens(9).setIgnoreEos(true))
                    .build(),
                RequestHeaders.NONE,
                sink)
            .proceed(List.of(), 0);
        sink.await();
        answers.add(sink.ids());
      }
      assertThat(answers).doesNotHaveDuplicates();
    }
  }

  void logitsThatAreNotFiniteEndTheirRequestInWordsAndAreCounted() throws Exception {
    try (TextModel text = start(new TestingTokenizer(), null)) {
      model.poisonPosition(4); // the prompt is two tokens, the third of the output is there
      TestingSink sick = new TestingSink();
      TestingSink sound = new TestingSink();
      text.generator().begin(request(9), RequestHeaders.NONE, sick).proceed(List.of(), 0);
      text.generator().begin(request(2), RequestHeaders.NONE, sound).proceed(List.of(), 0);
      Finished finished = sick.await();
      assertThat(finished.getReason()).isEqualTo(FinishReason.FINISH_REASON_ERROR);
      assertThat(finished.getTotal()).isEqualTo(3);
      assertThat(finished.getError().getKind()).isEqualTo("internal");
      assertThat(finished.getError().getHttpStatus()).isEqualTo(500);
      assertThat(finished.getError().getMessage())
          .isEqualTo(
              "the worker failed: the logits for token 3 of the output are not finite numbers:"
                  + " an activation of the model has left the range of floats");
      assertThat(sound.await().getTotal()).isEqualTo(2);
      assertThat(registry.get("weir.corrupted.requests").counter().count()).isEqualTo(1);
      assertThat(registry.get("weir.engine.faults").counter().count()).isEqualTo(1);
    }
  }

  private static GenerationRequest request(int maxTokens) {
    return GenerationRequest.newBuilder()
        .setId("r")
        .setModel("letters")
        .setPrompt("a")
        .setSampling(Sampling.newBuilder().setMaxTokens(maxTokens).setIgnoreEos(true))
        .build();
  }

  @Test
  void aModelThatFailsItsWarmUpDoesNotStart() {
    model.onStep(slices -> {
      throw new IllegalStateException("no such operation");
    });
    assertThatThrownBy(() -> start(new TestingTokenizer(), null))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("model letters does not answer: no such operation");
    assertThat(model.closed()).isTrue();
    assertThat(registry.getMeters()).isEmpty();
  }

  @Test
  void aCheckpointWithoutATokenizerIsToldWhatItLacks() {
    assertThatThrownBy(() -> start(null, null))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("letters has no tokenizer");
    assertThat(model.closed()).isTrue();
  }

  @Test
  void aWrongChatTemplateIsFoundAtTheStart() {
    assertThatThrownBy(() -> start(new TestingTokenizer(), "{% for %}"))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("the chat template of letters is wrong");
    assertThat(model.closed()).isTrue();
  }
}
