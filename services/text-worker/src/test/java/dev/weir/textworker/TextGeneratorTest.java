package dev.weir.textworker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weir.engine.EngineClock;
import dev.weir.engine.EngineMetrics;
import dev.weir.engine.SequenceSlice;
import dev.weir.engine.TestingLanguageModel;
import dev.weir.engine.TextEngine;
import dev.weir.engine.TextEngineConfig;
import dev.weir.proto.InvalidRequestException;
import dev.weir.proto.v1.FinishReason;
import dev.weir.proto.v1.Finished;
import dev.weir.proto.v1.GenerationRequest;
import dev.weir.proto.v1.Message;
import dev.weir.proto.v1.Sampling;
import dev.weir.proto.v1.Tokens;
import dev.weir.proto.v1.Usage;
import dev.weir.stream.Generator;
import dev.weir.stream.OverloadedException;
import dev.weir.stream.RequestHeaders;
import dev.weir.text.Checkpoint.SpecialTokens;
import dev.weir.text.template.ChatTemplate;
import dev.weir.worker.RequestDefaults;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class TextGeneratorTest {
  private static final Instant NOW = Instant.now();

  private final TestingLanguageModel model =
      new TestingLanguageModel(TestingLanguageModel.limits(2, 64));
  // what the first sequence was fed, prompt and output
  private final List<Integer> fed = new ArrayList<>();
  private final TextEngine engine = engine();

  private TextEngine engine() {
    model.onStep(slices -> {
      SequenceSlice first = slices.getFirst();
      if (first.start() == fed.size()) {
        Arrays.stream(first.tokens()).forEach(fed::add);
      }
    });
    return new TextEngine(
        model,
        TestingLanguageModel::bytes,
        new TextEngineConfig(64, 0, 1000, false, true),
        EngineMetrics.NONE,
        EngineClock.SYSTEM);
  }

  @AfterEach
  void close() {
    engine.close();
  }

  private TextGenerator generator(@Nullable String template) {
    return new TextGenerator(
        engine,
        new PromptEncoder(
            new TestingTokenizer(),
            template == null ? null : ChatTemplate.compile(template),
            new SpecialTokens("b", "e", null, null)),
        TestingLanguageModel::bytes,
        Set.of(TestingLanguageModel.END),
        0,
        Duration.ofMinutes(10),
        InstantSource.fixed(NOW));
  }

  private static GenerationRequest request(Consumer<GenerationRequest.Builder> change) {
    GenerationRequest.Builder builder =
        GenerationRequest.newBuilder().setId("0190b0c0-0000-7000-8000-000000000001").setModel("m");
    builder.setSampling(Sampling.newBuilder().setTemperature(0).setMaxTokens(5).setIgnoreEos(true));
    change.accept(builder);
    return builder.build();
  }

  private TestingSink run(TextGenerator generator, GenerationRequest request, Tokens... emitted)
      throws Exception {
    TestingSink sink = new TestingSink();
    long next = Arrays.stream(emitted).mapToLong(Tokens::getIdsCount).sum();
    generator.begin(request, RequestHeaders.NONE, sink).proceed(List.of(emitted), next);
    sink.await();
    return sink;
  }

  @Test
  void anAnswerIsTokensAndAFinishedWithUsage() throws Exception {
    TestingSink sink = run(generator(null), request(b -> b.setPrompt("weir")));
    assertThat(fed).startsWith(31, 23, 5, 9, 18); // begin of text, w e i r
    assertThat(sink.ids()).hasSize(5);
    assertThat(sink.text()).isEqualTo(new TestingTokenizer().decode(ids(sink)));
    assertThat(sink.tokens.stream().map(Tokens::getFirstIndex)).containsExactly(0L, 1L, 2L, 3L, 4L);
    assertThat(sink.tokens.stream().map(Tokens::getPromptTokens)).containsExactly(5, 0, 0, 0, 0);
    Finished finished = sink.await();
    assertThat(finished.getReason()).isEqualTo(FinishReason.FINISH_REASON_LENGTH);
    assertThat(finished.getTotal()).isEqualTo(5);
    assertThat(finished.getUsage())
        .isEqualTo(Usage.newBuilder().setPromptTokens(5).setCompletionTokens(5).build());
  }

  private static int[] ids(TestingSink sink) {
    return sink.ids().stream().mapToInt(Integer::intValue).toArray();
  }

  @Test
  void aRawPromptWithoutSpecialTokensAndTokenIdsAreTakenAsTheyAre() throws Exception {
    TestingSink text =
        run(generator(null), request(b -> b.setPrompt("weir").setAddSpecialTokens(false)));
    TestingSink ids =
        run(generator(null), request(b -> b.addAllPromptTokenIds(List.of(23, 5, 9, 18))));
    assertThat(fed).startsWith(23, 5, 9, 18);
    assertThat(ids.ids()).isEqualTo(text.ids());
  }

  @Test
  void messagesGoThroughTheChatTemplate() throws Exception {
    TextGenerator generator =
        generator(
            "{{ bos_token }}{% for m in messages %}{{ m.role[0] }}{{ m.content }}{% endfor %}"
                + "{% if add_generation_prompt %}a{% endif %}{% if polite %}z{% endif %}");
    run(
        generator,
        request(b ->
            b.addMessages(Message.newBuilder().setRole("developer").setContent("x"))
                .addMessages(Message.newBuilder().setRole("user").setContent("y"))
                .setChatTemplateKwargs("{\"polite\": true}")));
    // bos, system x, user y, assistant, polite; no begin of text put before it
    assertThat(fed).startsWith(2, 19, 24, 21, 25, 1, 26);
  }

  @Test
  void anotherAttemptContinuesBehindTheRecordsOfTheOneBefore() throws Exception {
    GenerationRequest request =
        request(b ->
            b.setPrompt("weir")
                .setSampling(Sampling.newBuilder().setMaxTokens(9).setIgnoreEos(true)));
    TestingSink whole = run(generator(null), request);
    TestingSink rest = run(generator(null), request, whole.tokens.get(0), whole.tokens.get(1));
    assertThat(rest.ids()).isEqualTo(whole.ids().subList(2, 9));
    assertThat(rest.tokens.getFirst().getFirstIndex()).isEqualTo(2);
    assertThat(rest.tokens.getFirst().getPromptTokens()).isEqualTo(5);
    assertThat(rest.await().getTotal()).isEqualTo(9);
    assertThat(rest.await().getUsage()).isEqualTo(whole.await().getUsage());
  }

  @Test
  void logProbabilitiesCarryTheBytesOfTheirTokens() throws Exception {
    TestingSink sink =
        run(
            generator(null),
            request(b ->
                b.setPrompt("weir")
                    .setSampling(
                        Sampling.newBuilder()
                            .setTemperature(0)
                            .setMaxTokens(1)
                            .setLogprobs(true)
                            .setTopLogprobs(2))));
    var logprob = sink.tokens.getFirst().getLogprobs(0);
    assertThat(logprob.getId()).isEqualTo(sink.ids().getFirst());
    assertThat(logprob.getTopCount()).isEqualTo(2);
    assertThat(logprob.getTop(0).getId()).isEqualTo(logprob.getId());
    assertThat(logprob.getTop(0).getLogprob()).isCloseTo(logprob.getLogprob(), within(1e-6f));
    assertThat(logprob.getTop(1).getBytes().toByteArray())
        .isEqualTo(TestingLanguageModel.bytes(logprob.getTop(1).getId()));
  }

  @Test
  void withoutALimitAnAnswerEndsWithAStopTokenOrTheContext() throws Exception {
    for (int i = 0; i < 5; i++) {
      String id = "request-" + i;
      TestingSink sink =
          run(
              generator(null),
              request(
                  b -> b.setId(id).setPrompt("weir").setSampling(Sampling.getDefaultInstance())));
      Finished finished = sink.await();
      if (finished.getReason() == FinishReason.FINISH_REASON_STOP) {
        assertThat(sink.ids().getLast()).isEqualTo(TestingLanguageModel.END);
      } else {
        assertThat(finished.getTotal()).isEqualTo(59);
      }
    }
  }

  @Test
  void theSeedIsTheRequestsOrThatOfItsId() throws Exception {
    Consumer<GenerationRequest.Builder> hot =
        b ->
            b.setPrompt("a").setSampling(Sampling.newBuilder().setMaxTokens(20).setIgnoreEos(true));
    List<Integer> first = run(generator(null), request(hot)).ids();
    List<Integer> again = run(generator(null), request(hot)).ids();
    List<Integer> otherId = run(generator(null), request(hot.andThen(b -> b.setId("other")))).ids();
    List<Integer> seeded =
        run(generator(null), request(hot.andThen(b -> b.getSamplingBuilder().setSeed(5)))).ids();
    List<Integer> seededOtherId =
        run(
                generator(null),
                request(hot.andThen(b -> b.setId("other").getSamplingBuilder().setSeed(5))))
            .ids();
    assertThat(again).isEqualTo(first);
    assertThat(otherId).isNotEqualTo(first);
    assertThat(seeded).isNotEqualTo(first).isEqualTo(seededOtherId);
    // SHA-256("abc") = ba7816bf 8f01cfea ... (FIPS 180-4)
    assertThat(RequestDefaults.seed(GenerationRequest.newBuilder().setId("abc").build()))
        .isEqualTo(0xba7816bf8f01cfeaL);
  }

  @Test
  void aCancelledJobFinishesAndAnAbandonedOneDoesNot() throws Exception {
    TextGenerator generator = generator(null);
    TestingSink cancelled = new TestingSink();
    TestingSink abandoned = new TestingSink();
    Generator.Job first =
        generator.begin(request(b -> b.setPrompt("a")), RequestHeaders.NONE, cancelled);
    Generator.Job second =
        generator.begin(request(b -> b.setPrompt("b")), RequestHeaders.NONE, abandoned);
    second.abandon();
    first.cancel();
    assertThat(cancelled.await().getReason()).isEqualTo(FinishReason.FINISH_REASON_CANCELLED);
    assertThat(abandoned.isFinished()).isFalse();
  }

  @Test
  void theDeadlineIsThatOfTheHeadersOrTheDefaultFromTheCreation() throws Exception {
    TestingSink late = new TestingSink();
    RequestHeaders passed =
        new RequestHeaders("t", NOW.minusSeconds(1).toEpochMilli(), 0, null, null, null);
    generator(null).begin(request(b -> b.setPrompt("a")), passed, late).proceed(List.of(), 0);
    assertThat(late.await().getReason()).isEqualTo(FinishReason.FINISH_REASON_DEADLINE);
    TestingSink old =
        run(
            generator(null),
            request(b -> b.setPrompt("a").setCreatedMs(NOW.minusSeconds(601).toEpochMilli())));
    assertThat(old.await().getReason()).isEqualTo(FinishReason.FINISH_REASON_DEADLINE);
  }

  @Test
  void aFullEngineReleasesTheRequestForAnotherWorker() {
    TextGenerator generator = generator(null);
    for (int i = 0; i < 2; i++) {
      generator.begin(request(b -> b.setPrompt("a")), RequestHeaders.NONE, new TestingSink());
    }
    assertThatThrownBy(() ->
            generator.begin(request(b -> b.setPrompt("a")), RequestHeaders.NONE, new TestingSink()))
        .isInstanceOf(OverloadedException.class)
        .hasMessage("all 2 slots and all 0 waiting places are taken");
  }

  @Test
  void aStoppedEngineReleasesTheRequestForAnotherWorker() {
    engine.close();
    assertThatThrownBy(() ->
            generator(null)
                .begin(request(b -> b.setPrompt("a")), RequestHeaders.NONE, new TestingSink()))
        .isInstanceOf(OverloadedException.class)
        .hasMessageContaining("stopped");
  }

  @Test
  void aMistakeIsNamedByTheFieldThatTheCallerWrote() {
    refused(
        null,
        b -> b.setPrompt("a".repeat(64)),
        "prompt",
        "context_length_exceeded",
        "prompt: the prompt has 65 tokens, but the model's context is 64 tokens");
    refused(
        "{{ messages[0].content }}",
        b -> b.addMessages(Message.newBuilder().setRole("user").setContent("a".repeat(64))),
        "messages",
        "context_length_exceeded",
        "64 tokens");
    refused(
        null,
        b -> b.addPromptTokenIds(1).addPromptTokenIds(32),
        "prompt_token_ids[1]",
        "invalid_value",
        "token 32");
    refused(
        null,
        b -> b.setPrompt("a").getImageBuilder().setN(2),
        "image",
        "unsupported_parameter",
        "image: this model writes text");
    refused(
        null,
        b -> b.setPrompt("a").getSamplingBuilder().setTemperature(-1),
        "temperature",
        "invalid_value",
        "temperature: must be");
    refused(
        null,
        b -> b.setPrompt("a").getSamplingBuilder().putLogitBias(77, 1),
        "logit_bias.77",
        "invalid_value",
        "vocabulary");
    refused(
        null,
        b -> b.setPrompt("a").getSamplingBuilder().clearMaxTokens().setMinTokens(99),
        "min_tokens",
        "invalid_value",
        "min_tokens is 99");
    refused(
        null,
        b -> b.addMessages(Message.newBuilder().setRole("user").setContent("a")),
        "messages",
        "unsupported_parameter",
        "no chat template");
    refused(
        "{{ raise_exception('roles must alternate') }}",
        b -> b.addMessages(Message.newBuilder().setRole("user").setContent("a")),
        "messages",
        "invalid_value",
        "roles must alternate");
    refused(null, b -> {}, "prompt", "missing_required_parameter", "missing");
  }

  private void refused(
      @Nullable String template,
      Consumer<GenerationRequest.Builder> change,
      String field,
      String code,
      String message) {
    assertThatThrownBy(() ->
            generator(template).begin(request(change), RequestHeaders.NONE, new TestingSink()))
        .isInstanceOfSatisfying(
            InvalidRequestException.class,
            e -> {
              assertThat(e.field()).isEqualTo(field);
              assertThat(e.code()).isEqualTo(code);
            })
        .hasMessageStartingWith(field)
        .hasMessageContaining(message);
  }
}
