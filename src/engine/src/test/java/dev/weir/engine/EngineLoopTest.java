package dev.weir.engine;

import static dev.weir.engine.TestingEngineLoop.expected;
import static dev.weir.engine.TestingEngineLoop.greedy;
import static dev.weir.engine.TestingEngineLoop.request;
import static dev.weir.engine.TestingLanguageModel.tokens;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class EngineLoopTest {
  private static final int VOCABULARY = 32;

  private static TestingEngineLoop engine(int slots, int contextLength, int stepTokens) {
    return new TestingEngineLoop(TestingLanguageModel.limits(slots, contextLength), stepTokens);
  }

  @Test
  void greedyOutputIsThatOfTheModelAlone() {
    TextRequest request = greedy("weir", 40);
    TestingListener listener = engine(1, 64, 64).run(request);
    assertThat(listener.tokens).isEqualTo(expected(request, VOCABULARY));
    assertThat(listener.outcome())
        .isEqualTo(new Outcome(FinishReason.LENGTH, 40, "", "", 4, 0, null));
  }

  @Test
  void greedyWithLogProbabilitiesTakesTheSameTokens() {
    TextRequest plain = greedy("weir", 40);
    TextRequest withLogprobs =
        request(
            plain.prompt(), SamplingParameters.builder(40).temperature(0).topLogprobs(2).build());
    TestingEngineLoop engine = engine(1, 64, 64);
    List<LogitsQuery> queries = new ArrayList<>();
    engine.model.onStep(slices -> slices.forEach(s -> queries.addAll(s.queries())));
    List<Integer> tokens = engine.run(plain).tokens;
    assertThat(queries).containsOnly(LogitsQuery.ARG_MAX);
    queries.clear();
    TestingListener listener = engine.run(withLogprobs);
    assertThat(queries).allMatch(LogitsQuery::logprobs);
    assertThat(listener.tokens).isEqualTo(tokens);
    assertThat(listener.logprobs).hasSize(40);
    for (int i = 0; i < 40; i++) {
      TokenSpan.TokenLogprob logprob = listener.logprobs.get(i);
      assertThat(logprob.id()).isEqualTo(tokens.get(i));
      assertThat(logprob.top().getFirst())
          .isEqualTo(new TokenSpan.TopLogprob(logprob.id(), logprob.logprob()));
    }
  }

  @Test
  void aLongPromptInChunksEqualsTheWholePrompt() {
    TextRequest request = greedy("abcdefghijklmnopqrstuvwxyz".repeat(4), 10);
    TestingEngineLoop engine = engine(1, 200, 7);
    TestingListener chunked = engine.run(request);
    assertThat(engine.model.stepTokens().subList(0, 15)).allMatch(n -> n <= 7);
    assertThat(chunked.tokens)
        .isEqualTo(engine(1, 200, 200).run(request).tokens)
        .isEqualTo(expected(request, VOCABULARY));
  }

  @Test
  void thePromptIsComputedButNothingEmittedBeforeTheOutputMayBegin() {
    TestingEngineLoop engine = engine(1, 64, 64);
    TestingListener listener = new TestingListener();
    Sequence sequence = engine.submit(greedy("abcdefgh", 3), listener);
    engine.finish();
    assertThat(engine.model.stepTokens()).containsExactly(7);
    assertThat(listener.tokens).isEmpty();
    engine.loop.proceed(sequence, new int[0]);
    engine.finish();
    assertThat(engine.model.stepTokens()).containsExactly(7, 1, 1, 1);
    assertThat(listener.tokens).isEqualTo(expected(sequence.request, VOCABULARY));
  }

  @Test
  void outputsGoOnWhileALongPromptIsComputed() {
    TestingEngineLoop engine = engine(2, 500, 8);
    TestingListener running = new TestingListener();
    engine.start(greedy("a", 100), running);
    engine.loop.step();
    TestingListener later = new TestingListener();
    engine.start(greedy("b".repeat(200), 1), later);
    int before = running.tokens.size();
    int steps = 0;
    while (later.tokens.isEmpty() && steps < 100) {
      engine.loop.step();
      steps++;
    }
    assertThat(steps).isEqualTo(29); // seven tokens of the prompt beside one of the output
    assertThat(running.tokens).hasSize(before + steps);
  }

  @Test
  void aCancelledRequestFreesItsSlotWithinOneStep() {
    TestingEngineLoop engine = engine(1, 64, 64);
    TestingListener first = new TestingListener();
    TestingListener second = new TestingListener();
    Sequence running = engine.start(greedy("ab", 50), first);
    engine.start(greedy("cd", 2), second);
    engine.loop.step();
    engine.loop.step();
    assertThat(engine.loop.waiting()).isEqualTo(1);
    engine.loop.cancel(running);
    assertThat(first.outcome().reason()).isEqualTo(FinishReason.CANCELLED);
    assertThat(first.outcome().total()).isEqualTo(2);
    engine.loop.step();
    assertThat(second.tokens).hasSize(1);
    engine.loop.cancel(running); // no effect any more
    engine.finish();
    assertThat(engine.loop.cacheUse()).isZero();
  }

  @Test
  void aCancelledOutputReleasesWhatWasHeldBack() {
    TestingEngineLoop engine = engine(1, 64, 64);
    TextRequest plain = greedy("ab", 9);
    int first = expected(plain, VOCABULARY).getFirst();
    String letter = new String(TestingLanguageModel.bytes(first), US_ASCII);
    TestingListener listener = new TestingListener();
    Sequence sequence =
        engine.start(
            request(
                plain.prompt(),
                SamplingParameters.builder(9).temperature(0).stop(List.of(letter + "!")).build()),
            listener);
    engine.loop.step();
    assertThat(listener.text()).isEmpty();
    engine.loop.cancel(sequence);
    assertThat(listener.outcome())
        .isEqualTo(new Outcome(FinishReason.CANCELLED, 1, letter, "", 2, 0, null));
  }

  @Test
  void aRequestCancelledWhileQueuedNeverReachesTheModel() {
    TestingEngineLoop engine = engine(1, 64, 64);
    engine.start(greedy("ab", 5), new TestingListener());
    TestingListener listener = new TestingListener();
    Sequence queued = engine.start(greedy("cd", 5), listener);
    engine.loop.step();
    engine.loop.cancel(queued);
    engine.finish();
    assertThat(listener.outcome().total()).isZero();
    assertThat(engine.model.stepTokens()).containsExactly(2, 1, 1, 1, 1);
  }

  @Test
  void anAbandonedRequestHearsNothingMore() {
    TestingEngineLoop engine = engine(1, 64, 64);
    TestingListener listener = new TestingListener();
    Sequence sequence = engine.start(greedy("ab", 5), listener);
    engine.loop.step();
    engine.loop.abandon(sequence);
    engine.loop.abandon(sequence);
    engine.loop.cancel(sequence);
    engine.finish();
    assertThat(listener.tokens).hasSize(1);
    assertThat(listener.finished()).isFalse();
    assertThat(engine.loop.cacheUse()).isZero();
    assertThat(engine.gone).isEqualTo(1);
  }

  @Test
  void theDeadlineEndsAnOutputAndReleasesWhatWasHeldBack() {
    TestingEngineLoop engine = engine(1, 64, 64);
    TextRequest request = engine.requestWithDeadline("ab", 9, Duration.ofSeconds(3));
    int first = expected(request, VOCABULARY).getFirst();
    String letter = new String(TestingLanguageModel.bytes(first), US_ASCII);
    TextRequest held =
        new TextRequest(
            "r",
            request.prompt(),
            SamplingParameters.builder(9).temperature(0).stop(List.of(letter + "!")).build(),
            7,
            request.deadline());
    TestingListener listener = new TestingListener();
    engine.start(held, listener);
    TestingListener queued = new TestingListener();
    engine.start(held, queued);
    engine.loop.step();
    assertThat(listener.text()).isEmpty();
    engine.clock.advance(Duration.ofSeconds(3));
    engine.finish();
    assertThat(listener.outcome())
        .isEqualTo(new Outcome(FinishReason.DEADLINE, 1, letter, "", 2, 0, null));
    assertThat(queued.outcome().reason()).isEqualTo(FinishReason.DEADLINE);
    assertThat(engine.model.stepTokens()).containsExactly(2);
  }

  @Test
  void aRequestThatCannotKeepItsDeadlineIsRefusedBeforeItCostsAnything() {
    TestingEngineLoop engine = engine(2, 400, 64);
    engine.model.onStep(slices -> {
      int tokens = slices.stream().mapToInt(slice -> slice.tokens().length).sum();
      engine.clock.advance(Duration.ofMillis(10L * tokens));
    });
    engine.run(greedy("abcdefghijklmnopqrstuvwxyz".repeat(2), 1)); // ten milliseconds a token
    int steps = engine.model.stepTokens().size();
    TestingListener late = new TestingListener();
    TextRequest hopeless =
        engine.requestWithDeadline("zyxwvutsrqponm".repeat(20), 5, Duration.ofSeconds(2));
    engine.start(hopeless, late);
    engine.finish();
    assertThat(late.outcome().reason()).isEqualTo(FinishReason.DEADLINE);
    assertThat(engine.model.stepTokens()).hasSize(steps);
    TestingListener inTime = new TestingListener();
    TextRequest enough =
        engine.requestWithDeadline("zyxwvutsrqponm".repeat(20), 5, Duration.ofSeconds(4));
    engine.start(enough, inTime);
    engine.finish();
    assertThat(inTime.outcome().reason()).isEqualTo(FinishReason.LENGTH);
    assertThat(engine.loop.cacheUse()).isZero();
  }

  /** Where all are refused, nothing else would ever tell. */
  @Test
  void aDeviceThatHasBecomeFasterIsFoundOutAlthoughItsOldTimesRefuseEverybody() {
    TestingEngineLoop engine = engine(1, 400, 64);
    AtomicLong tokenMillis = new AtomicLong(10);
    engine.model.onStep(slices -> {
      int tokens = slices.stream().mapToInt(slice -> slice.tokens().length).sum();
      engine.clock.advance(Duration.ofMillis(tokenMillis.get() * tokens));
    });
    engine.run(greedy("abcdefghijklmnopqrstuvwxyz".repeat(2), 1));
    tokenMillis.set(1);
    int refused = 0;
    while (refused < 100 && runBefore(engine, Duration.ofSeconds(1)) == FinishReason.DEADLINE) {
      refused++;
    }
    assertThat(refused).isBetween(1, 50);
    assertThat(runBefore(engine, Duration.ofSeconds(1))).isEqualTo(FinishReason.LENGTH);
  }

  private static FinishReason runBefore(TestingEngineLoop engine, Duration deadline) {
    TestingListener listener = new TestingListener();
    engine.start(engine.requestWithDeadline("zyxwvutsrqponm".repeat(20), 5, deadline), listener);
    engine.finish();
    return listener.outcome().reason();
  }

  /** Its worker has yet to find out what was emitted before, and counts that itself. */
  @Test
  void aRequestThatWaitsBeyondItsDeadlineIsRefusedAlthoughItMayNotBeginYet() {
    TestingEngineLoop engine = engine(1, 64, 64);
    TestingListener running = new TestingListener();
    engine.start(greedy("ab", 9), running);
    engine.loop.step();
    TestingListener late = new TestingListener();
    engine.submit(engine.requestWithDeadline("cd", 9, Duration.ofSeconds(3)), late);
    engine.clock.advance(Duration.ofSeconds(4));
    engine.finish();
    assertThat(running.outcome().reason()).isEqualTo(FinishReason.LENGTH);
    assertThat(late.outcome().reason()).isEqualTo(FinishReason.DEADLINE);
  }

  @Test
  void aTokenThatComesAfterTheDeadlineIsNotShown() {
    TestingEngineLoop engine = engine(1, 64, 64);
    engine.model.onStep(slices -> engine.clock.advance(Duration.ofSeconds(1)));
    TestingListener listener = new TestingListener();
    engine.start(engine.requestWithDeadline("ab", 9, Duration.ofMillis(2500)), listener);
    engine.finish();
    assertThat(listener.outcome().reason()).isEqualTo(FinishReason.DEADLINE);
    assertThat(listener.tokens).hasSize(2);
    assertThat(listener.outcome().total()).isEqualTo(2);
  }

  @Test
  void aDeadlineBeforeTheOutputMayBeginWaitsForTheNumberOfTokensBefore() {
    TestingEngineLoop engine = engine(1, 64, 64);
    TestingListener listener = new TestingListener(2);
    TextRequest request = engine.requestWithDeadline("ab", 9, Duration.ofSeconds(3));
    Sequence sequence = engine.submit(request, listener);
    engine.finish(); // its prompt
    engine.clock.advance(Duration.ofSeconds(4));
    engine.finish();
    assertThat(listener.finished()).isFalse();
    assertThat(engine.loop.nextDeadline()).isNull();
    engine.loop.proceed(sequence, new int[] {3, 4});
    assertThat(engine.loop.nextDeadline()).isEqualTo(request.deadline());
    engine.loop.step();
    assertThat(listener.outcome().reason()).isEqualTo(FinishReason.DEADLINE);
    assertThat(listener.outcome().total()).isEqualTo(2);
  }

  @Test
  void anOutputGoesOnTheSameFromEveryToken() {
    FinishReason[] seen = new FinishReason[2];
    for (int prompt = 1; prompt <= 12; prompt++) {
      SamplingParameters sampling =
          SamplingParameters.builder(prompt % 2 == 0 ? 60 : 6)
              .temperature(1.3)
              .topP(0.95)
              .repetitionPenalty(1.1)
              .frequencyPenalty(0.4)
              .logitBias(Map.of(3, 2.0))
              .stop(List.of("ca", "zz"))
              .stopTokens(Set.of(TestingLanguageModel.END))
              .build();
      TextRequest request = request(new int[] {prompt, 2 * prompt}, sampling);
      TestingEngineLoop engine = engine(2, 80, 16);
      TestingListener whole = engine.run(request);
      seen[whole.outcome().reason() == FinishReason.STOP ? 0 : 1] = whole.outcome().reason();
      for (int k = 0; k <= whole.tokens.size(); k++) {
        int[] emitted = whole.tokens.stream().limit(k).mapToInt(Integer::intValue).toArray();
        TestingListener rest = engine.run(request, emitted);
        assertThat(rest.tokens).isEqualTo(whole.tokens.subList(k, whole.tokens.size()));
        assertThat(rest.texts).isEqualTo(whole.texts.subList(k, whole.texts.size()));
        assertThat(rest.outcome())
            .usingRecursiveComparison()
            .ignoringFields("cachedTokens") // the run before left the prompt there
            .isEqualTo(whole.outcome());
      }
    }
    assertThat(seen).containsExactly(FinishReason.STOP, FinishReason.LENGTH);
  }

  @Test
  void tokensThatEndTheOutputAlreadyAreNotContinued() {
    TestingEngineLoop engine = engine(1, 64, 64);
    SamplingParameters sampling =
        SamplingParameters.builder(9).stopTokens(Set.of(TestingLanguageModel.END)).build();
    TestingListener listener = engine.run(request(tokens("ab"), sampling), 5, 6, 0);
    assertThat(listener.tokens).isEmpty();
    assertThat(listener.outcome()).isEqualTo(new Outcome(FinishReason.STOP, 3, "", "", 2, 0, null));
    assertThat(engine.model.stepTokens()).isEmpty();
  }

  @Test
  void tokensOfAnotherModelAreAnError() {
    TestingListener listener = engine(1, 64, 64).run(greedy("ab", 9), 5, 32);
    assertThat(listener.outcome().reason()).isEqualTo(FinishReason.ERROR);
    assertThat(listener.outcome().error())
        .hasMessageContaining("token 32")
        .hasMessageContaining("32");
  }

  @Test
  void theContextEndsAnOutput() {
    TestingListener listener = engine(1, 32, 32).run(greedy("a".repeat(30), 100));
    assertThat(listener.outcome().reason()).isEqualTo(FinishReason.LENGTH);
    assertThat(listener.outcome().total()).isEqualTo(2);
  }

  @Test
  void aStepThatFailsEndsItsSequencesAndTheEngineLivesOn() {
    TestingEngineLoop engine = engine(2, 64, 64);
    IllegalStateException fault = new IllegalStateException("the device is sick");
    TestingListener first = new TestingListener();
    TestingListener second = new TestingListener();
    engine.start(greedy("ab", 9), first);
    engine.start(greedy("cd", 9), second);
    engine.loop.step();
    engine.model.onStep(slices -> {
      throw fault;
    });
    engine.loop.step();
    engine.model.onStep(slices -> {});
    for (TestingListener listener : List.of(first, second)) {
      assertThat(listener.outcome().reason()).isEqualTo(FinishReason.ERROR);
      assertThat(listener.outcome().error()).isSameAs(fault);
      assertThat(listener.outcome().total()).isEqualTo(1);
    }
    assertThat(engine.faults).containsExactly(fault, fault);
    TextRequest next = greedy("ef", 9);
    assertThat(engine.run(next).tokens).isEqualTo(expected(next, VOCABULARY));
  }

  @Test
  void aPromptThatMakesTheModelFailEndsNoRequestBesideIt() {
    TestingEngineLoop engine = engine(3, 64, 64);
    IllegalStateException fault = new IllegalStateException("not this one");
    int poison = tokens("z")[0];
    engine.model.onStep(slices -> {
      if (slices.stream().anyMatch(s -> Arrays.stream(s.tokens()).anyMatch(t -> t == poison))) {
        throw fault;
      }
    });
    TextRequest before = greedy("ab", 5);
    TextRequest after = greedy("cd", 5);
    TestingListener first = new TestingListener();
    TestingListener sick = new TestingListener();
    TestingListener last = new TestingListener();
    engine.start(before, first);
    engine.loop.step();
    engine.start(greedy("az", 5), sick);
    engine.start(after, last);
    engine.finish();
    assertThat(sick.outcome().error()).isSameAs(fault);
    assertThat(engine.faults).containsExactly(fault);
    assertThat(first.tokens).isEqualTo(expected(before, VOCABULARY));
    assertThat(last.tokens).isEqualTo(expected(after, VOCABULARY));
    assertThat(engine.loop.cacheUse()).isZero();
  }

  @Test
  void logitsThatAreNotNumbersEndOnlyTheSequenceTheyBelongTo() {
    TestingEngineLoop engine = engine(2, 64, 64);
    engine.model.poison(tokens("z")[0]);
    SamplingParameters hot = SamplingParameters.builder(1).build();
    TestingListener sick = new TestingListener();
    TestingListener sound = new TestingListener();
    engine.start(request(tokens("az"), hot), sick);
    engine.start(request(tokens("ab"), hot), sound);
    engine.finish();
    assertThat(sick.outcome().reason()).isEqualTo(FinishReason.ERROR);
    assertThat(sick.outcome().error())
        .isInstanceOf(NonFiniteLogits.class)
        .hasMessage(
            "the logits for token 0 of the output are not finite numbers: an activation of the"
                + " model has left the range of floats");
    assertThat(engine.faults).containsExactly(sick.outcome().error());
    assertThat(sound.outcome().reason()).isEqualTo(FinishReason.LENGTH);
  }

  @Test
  void aListenerThatThrowsLosesItsRequestOnly() {
    TestingEngineLoop engine = engine(2, 64, 64);
    IllegalStateException fault = new IllegalStateException("full");
    engine.start(
        greedy("ab", 9),
        new TextListener() {
          @Override
          public void onTokens(TokenSpan span) {
            throw fault;
          }

          @Override
          public void onFinished(Outcome outcome) {
            throw new AssertionError("the listener is gone");
          }
        });
    TestingListener other = new TestingListener();
    engine.start(greedy("cd", 3), other);
    engine.finish();
    assertThat(other.tokens).hasSize(3);
    assertThat(engine.faults).containsExactly(fault);
    assertThat(engine.loop.cacheUse()).isZero();
  }

  @Test
  void aFatalErrorIsNotHidden() {
    TestingEngineLoop engine = engine(1, 64, 64);
    engine.model.onStep(slices -> {
      throw new OutOfMemoryError("testing");
    });
    TestingListener listener = new TestingListener();
    engine.start(greedy("ab", 9), listener);
    assertThatThrownBy(engine.loop::step).isInstanceOf(OutOfMemoryError.class);
    engine.loop.stop(new IllegalStateException("stopped"));
    assertThat(listener.outcome().error()).hasMessage("stopped");
    TestingListener late = new TestingListener();
    engine.submit(greedy("ab", 9), late);
    assertThat(late.outcome().error()).hasMessage("stopped");
  }

  @Test
  void aThousandRequestsLeaveNothingBehind() {
    TestingEngineLoop engine = engine(4, 64, 16);
    List<TestingListener> listeners = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      TestingListener listener = new TestingListener();
      listeners.add(listener);
      Sequence sequence = engine.start(greedy("abc".repeat(1 + i % 7), 1 + i % 11), listener);
      engine.loop.step();
      if (i % 5 == 0) {
        engine.loop.cancel(sequence);
      }
    }
    engine.finish();
    assertThat(listeners).allMatch(TestingListener::finished);
    assertThat(engine.gone).isEqualTo(1000);
    assertThat(engine.summaries).hasSize(1000);
    assertThat(engine.loop.running() + engine.loop.waiting()).isZero();
    assertThat(engine.loop.cacheUse()).isZero();
    assertThat(engine.faults).isEmpty();
  }

  @Test
  void aSummaryTellsWhereTheTimeWent() {
    TestingEngineLoop engine = engine(1, 64, 64);
    engine.model.onStep(slices -> engine.clock.advance(Duration.ofMillis(10)));
    engine.start(greedy("ab", 3), new TestingListener());
    engine.start(greedy("cd", 2), new TestingListener());
    engine.finish();
    assertThat(engine.summaries)
        .containsExactly(
            new EngineMetrics.RequestSummary(
                FinishReason.LENGTH, 2, 3, 3, 0, 10_000_000, 20_000_000, 30_000_000),
            new EngineMetrics.RequestSummary(
                FinishReason.LENGTH, 2, 2, 2, 30_000_000, 10_000_000, 10_000_000, 50_000_000));
  }

  /** A prompt of 40 tokens, the same every time. */
  private static TextRequest longPrompt(TextRequest.Group group) {
    return longPrompt(group, 0);
  }

  private static TextRequest longPrompt(TextRequest.Group group, int adapter) {
    int[] prompt = new int[40];
    for (int i = 0; i < prompt.length; i++) {
      prompt[i] = 1 + i % 30;
    }
    SamplingParameters sampling = SamplingParameters.builder(4).temperature(0).build();
    return new TextRequest("r", prompt, sampling, 7, Instant.MAX, group, 0, adapter);
  }

  @Test
  void aPromptThatWasComputedBeforeIsFoundInTheCache() {
    TestingEngineLoop engine = engine(2, 64, 64);
    TestingListener first = engine.run(longPrompt(TextRequest.Group.DEFAULT));
    int before = engine.model.stepTokens().size();
    TestingListener second = engine.run(longPrompt(TextRequest.Group.DEFAULT));
    assertThat(engine.model.stepTokens().get(before)).isEqualTo(40 - 32);
    assertThat(second.tokens).isEqualTo(first.tokens);
    assertThat(first.outcome().cachedTokens()).isZero();
    assertThat(second.outcome().cachedTokens()).isEqualTo(32);
  }

  @Test
  void theLastTokenOfAPromptIsAlwaysComputed() {
    TestingEngineLoop engine = engine(1, 64, 64);
    int[] prompt = new int[32];
    Arrays.fill(prompt, 5);
    TextRequest request = request(prompt, SamplingParameters.builder(2).temperature(0).build());
    TestingListener first = engine.run(request);
    TestingListener second = engine.run(request);
    assertThat(second.tokens).isEqualTo(first.tokens);
    assertThat(second.outcome().cachedTokens()).isEqualTo(16);
  }

  @Test
  void tenantsAndSaltsDoNotFindEachOthersPrompts() {
    TestingEngineLoop engine = engine(2, 64, 64);
    engine.run(longPrompt(new TextRequest.Group("a", "")));
    for (TextRequest.Group other :
        List.of(new TextRequest.Group("b", ""), new TextRequest.Group("a", "salt"))) {
      assertThat(engine.run(longPrompt(other)).outcome().cachedTokens()).isZero();
    }
    assertThat(engine.run(longPrompt(new TextRequest.Group("a", ""))).outcome().cachedTokens())
        .isEqualTo(32);
  }

  @Test
  void adaptersDoNotFindEachOthersPromptsButTheirOwn() {
    TestingEngineLoop engine =
        new TestingEngineLoop(new ModelLimits(VOCABULARY, 64, 2, 16, 0, true, "testing", 2), 64);
    List<TestingListener> first = new ArrayList<>();
    for (int adapter = 0; adapter <= 2; adapter++) {
      first.add(engine.run(longPrompt(TextRequest.Group.DEFAULT, adapter)));
      assertThat(first.getLast().outcome().cachedTokens()).isZero();
    }
    assertThat(first.stream().map(answer -> answer.tokens)).doesNotHaveDuplicates();
    for (int adapter = 0; adapter <= 2; adapter++) {
      TestingListener again = engine.run(longPrompt(TextRequest.Group.DEFAULT, adapter));
      assertThat(again.outcome().cachedTokens()).isEqualTo(32);
      assertThat(again.tokens).isEqualTo(first.get(adapter).tokens);
    }
  }

  @Test
  void adaptersRunTogetherAsAlone() {
    ModelLimits limits = new ModelLimits(VOCABULARY, 64, 3, 24, 0, true, "testing", 2);
    TestingEngineLoop engine = new TestingEngineLoop(limits, 64);
    List<TestingListener> together = new ArrayList<>();
    for (int adapter = 0; adapter <= 2; adapter++) {
      together.add(new TestingListener());
      engine.start(longPrompt(TextRequest.Group.DEFAULT, adapter), together.getLast());
    }
    engine.finish();
    for (int adapter = 0; adapter <= 2; adapter++) {
      TextRequest request = longPrompt(TextRequest.Group.DEFAULT, adapter);
      assertThat(together.get(adapter).tokens)
          .isEqualTo(new TestingEngineLoop(limits, 64).run(request).tokens);
    }
  }

  @Test
  void anAdapterThatTheModelDoesNotHaveIsRefused() {
    assertThatThrownBy(() ->
            RequestCheck.outputLimit(
                longPrompt(TextRequest.Group.DEFAULT, 3),
                new ModelLimits(VOCABULARY, 64, 2, 16, 0, true, "testing", 2)))
        .isInstanceOf(InvalidRequest.class)
        .hasMessage("the model has 2 adapters, not one of number 3");
  }

  @Test
  void anAnswerIsFoundWhenTheConversationGoesOn() {
    TestingEngineLoop engine = engine(1, 128, 64);
    TextRequest first = request(new int[] {1, 2, 3}, greedy("a", 40).sampling());
    List<Integer> answer = engine.run(first).tokens;
    int[] next = new int[3 + answer.size() + 2];
    System.arraycopy(first.prompt(), 0, next, 0, 3);
    for (int i = 0; i < answer.size(); i++) {
      next[3 + i] = answer.get(i);
    }
    next[next.length - 2] = 9;
    next[next.length - 1] = 8;
    TestingListener second = engine.run(request(next, greedy("a", 4).sampling()));
    assertThat(second.outcome().cachedTokens()).isEqualTo(32); // 42 were fed
  }

  @Test
  void aRequestThatMadeRoomGoesOnWithTheSameOutput() {
    // 6 blocks of 16; each of two requests needs 5 in the end
    TestingEngineLoop engine =
        new TestingEngineLoop(new ModelLimits(VOCABULARY, 96, 2, 6, true, "testing"), 64);
    TextRequest one = greedy("ab", 70);
    TextRequest two = greedy("cd", 70);
    TestingListener first = new TestingListener();
    TestingListener second = new TestingListener();
    engine.start(one, first);
    engine.start(two, second);
    engine.finish();
    assertThat(first.tokens).isEqualTo(expected(one, VOCABULARY));
    assertThat(second.tokens).isEqualTo(expected(two, VOCABULARY));
    assertThat(engine.preempted).isPositive();
    assertThat(engine.loop.cacheUse()).isZero();
  }

  @Test
  void whatAFailedRequestComputedIsNotFound() {
    TestingEngineLoop engine = engine(1, 64, 64);
    TextRequest request = longPrompt(TextRequest.Group.DEFAULT);
    engine.model.poison(request.prompt()[39]);
    assertThat(engine.run(request).outcome().reason()).isEqualTo(FinishReason.ERROR);
    engine.model.poison(-1);
    TestingListener again = engine.run(request);
    assertThat(again.outcome().cachedTokens()).isZero();
    assertThat(again.tokens).isEqualTo(expected(request, VOCABULARY));
  }
}
