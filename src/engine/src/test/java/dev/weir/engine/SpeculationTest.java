package dev.weir.engine;

import static dev.weir.engine.TestingEngineLoop.expected;
import static dev.weir.engine.TestingEngineLoop.greedy;
import static dev.weir.engine.TestingEngineLoop.request;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Guessing ahead changes the number of steps and nothing else. */
final class SpeculationTest {
  private static final int VOCABULARY = 32;

  /** An engine whose steps take a millisecond, and so much more for each row. */
  private static TestingEngineLoop engine(int seen, Duration row, boolean speculation) {
    ModelLimits limits = TestingLanguageModel.limits(4, 300);
    TestingEngineLoop engine = new TestingEngineLoop(limits, 64, speculation);
    engine.model.see(seen);
    engine.model.onStep(slices -> {
      int rows = slices.stream().mapToInt(slice -> slice.tokens().length).sum();
      engine.clock.advance(Duration.ofMillis(1).plus(row.multipliedBy(rows)));
    });
    return engine;
  }

  private static TestingEngineLoop engine(int seen) {
    return engine(seen, Duration.ofNanos(10_000), true);
  }

  @Test
  void textThatRepeatsItselfTakesFewSteps() {
    TextRequest request = greedy("weir", 200);
    TestingEngineLoop engine = engine(1);
    TestingListener listener = engine.run(request);
    assertThat(listener.tokens).isEqualTo(expected(request, VOCABULARY, 1));
    assertThat(engine.model.stepTokens().size()).isLessThan(60);
    assertThat(engine.accepted).isGreaterThan(140);
  }

  @Test
  void textThatDoesNotIsHardlyGuessedAtAll() {
    // the prompt repeats itself, the output never follows it
    TextRequest request = greedy("abcabd".repeat(20), 150);
    TestingEngineLoop engine = engine(Integer.MAX_VALUE);
    TestingListener listener = engine.run(request);
    assertThat(listener.tokens).isEqualTo(expected(request, VOCABULARY));
    assertThat(engine.drafted).isLessThan(40);
  }

  @Test
  void rowsThatCostAsMuchAsStepsAreNotGuessed() {
    TextRequest request = greedy("weir", 200);
    TestingEngineLoop engine = engine(1, Duration.ofMillis(10), true);
    assertThat(engine.run(request).tokens).isEqualTo(expected(request, VOCABULARY, 1));
    assertThat(engine.drafted).isLessThan(20);
  }

  @Test
  void aModelWhoseRowsDependOnEachOtherIsNotGuessed() {
    ModelLimits sure = TestingLanguageModel.limits(1, 300);
    TestingEngineLoop engine =
        new TestingEngineLoop(
            new ModelLimits(
                sure.vocabulary(), sure.contextLength(), 1, sure.cacheBlocks(), false, "unsure"),
            64);
    engine.model.see(1);
    engine.model.onStep(slices -> engine.clock.advance(Duration.ofMillis(1)));
    engine.run(greedy("weir", 100));
    assertThat(engine.drafted).isZero();
  }

  @Test
  void whateverIsAskedForComesOutTheSame() {
    Random random = new Random(5);
    int accepted = 0;
    int rejected = 0;
    for (int round = 0; round < 60; round++) {
      List<TextRequest> requests = new ArrayList<>();
      for (int i = 0; i < 1 + random.nextInt(5); i++) {
        int[] prompt = random.ints(1 + random.nextInt(30), 1, 32).toArray();
        requests.add(request(prompt, sampling(random)));
      }
      TestingEngineLoop guessing = engine(2);
      List<TestingListener> with = run(guessing, requests, round);
      List<TestingListener> without =
          run(engine(2, Duration.ofNanos(10_000), false), requests, round);
      for (int i = 0; i < requests.size(); i++) {
        assertThat(with.get(i).tokens).isEqualTo(without.get(i).tokens);
        assertThat(with.get(i).text()).isEqualTo(without.get(i).text());
        assertThat(with.get(i).logprobs).isEqualTo(without.get(i).logprobs);
        assertThat(with.get(i).outcome())
            .usingRecursiveComparison()
            .ignoringFields("cachedTokens")
            .isEqualTo(without.get(i).outcome());
      }
      accepted += guessing.accepted;
      rejected += guessing.drafted - guessing.accepted;
    }
    assertThat(accepted).isGreaterThan(500);
    assertThat(rejected).isGreaterThan(100);
  }

  private static List<TestingListener> run(
      TestingEngineLoop engine, List<TextRequest> requests, int seed) {
    Random random = new Random(seed);
    List<TestingListener> listeners = new ArrayList<>();
    for (TextRequest request : requests) {
      TestingListener listener = new TestingListener();
      listeners.add(listener);
      engine.start(request, listener);
      for (int i = random.nextInt(10); i > 0; i--) {
        engine.loop.step();
      }
    }
    engine.finish();
    assertThat(engine.faults).isEmpty();
    assertThat(engine.loop.cacheUse()).isZero();
    return listeners;
  }

  private static SamplingParameters sampling(Random random) {
    SamplingParameters.Builder builder =
        SamplingParameters.builder(1 + random.nextInt(150))
            .temperature(random.nextBoolean() ? 0 : 0.3 * random.nextDouble())
            .stopTokens(Set.of(TestingLanguageModel.END))
            .stop(random.nextBoolean() ? List.of() : List.of("ab", "xyz"));
    if (random.nextInt(3) == 0) {
      builder.frequencyPenalty(0.05).repetitionPenalty(1.02);
    }
    if (random.nextInt(3) == 0) {
      builder.topLogprobs(2);
    }
    return builder.build();
  }

  /** The output goes round in its prompt, and so does the draft, into the row that is none. */
  @Test
  void whatIsRightBeforeARowOfNoNumbersIsEmitted() {
    TextRequest plain = greedy("weir", 40);
    List<Integer> round = expected(plain, VOCABULARY, 1);
    int[] prompt = round.stream().mapToInt(Integer::intValue).toArray();
    TextRequest request = request(prompt, SamplingParameters.builder(100).temperature(0).build());
    TestingEngineLoop engine = engine(1);
    List<Integer> drafted = new ArrayList<>();
    TestingListener listener = new TestingListener();
    engine.start(request, listener);
    while (drafted.isEmpty() || drafted.getLast() < 3) {
      assertThat(engine.loop.step()).isTrue();
      drafted.add(engine.accepted);
    }
    engine.model.poisonPosition(prompt.length + listener.tokens.size() + 2);
    int before = listener.tokens.size();
    engine.finish();
    assertThat(listener.outcome().reason()).isEqualTo(FinishReason.ERROR);
    assertThat(listener.tokens).hasSize(before + 3);
    assertThat(listener.tokens).isEqualTo(expected(request, VOCABULARY, 1).subList(0, before + 3));
  }
}
