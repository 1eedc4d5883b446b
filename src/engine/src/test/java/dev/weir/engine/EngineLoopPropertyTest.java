package dev.weir.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.IntRange;

/** Whatever comes, goes, waits or fails beside a request, its output is that of the model alone. */
final class EngineLoopPropertyTest {
  private static final int VOCABULARY = 32;

  /**
   * @param arrival how many steps after the one before
   * @param known how many tokens an earlier attempt has emitted
   * @param proceedAfter steps from its arrival until its output may begin
   * @param endAfter steps from its arrival until it is ended by its client; 0: it is not
   */
  record Arrival(
      int arrival,
      int[] prompt,
      SamplingParameters sampling,
      int known,
      int proceedAfter,
      int endAfter,
      boolean abandon) {

    @Override
    public String toString() {
      return "after %d: %s max %d, known %d, proceed %d, end %d, abandon %s"
          .formatted(
              arrival,
              Arrays.toString(prompt),
              sampling.maxTokens(),
              known,
              proceedAfter,
              endAfter,
              abandon);
    }
  }

  @Provide
  Arbitrary<List<Arrival>> arrivals() {
    Arbitrary<int[]> prompts =
        Arbitraries.integers().between(1, 31).array(int[].class).ofMinSize(1).ofMaxSize(40);
    Arbitrary<SamplingParameters> sampling =
        Combinators.combine(
                Arbitraries.integers().between(1, 20),
                Arbitraries.of(0.0, 0.7, 2.0),
                Arbitraries.of(1.0, 1.3),
                Arbitraries.integers().between(0, 20))
            .as((max, temperature, repetition, min) ->
                SamplingParameters.builder(max)
                    .temperature(temperature)
                    .repetitionPenalty(repetition)
                    .stopTokens(Set.of(TestingLanguageModel.END))
                    .minTokens(Math.min(min, max))
                    .build());
    return Combinators.combine(
            Arbitraries.integers().between(0, 3),
            prompts,
            sampling,
            Arbitraries.integers().between(0, 20),
            Arbitraries.integers().between(0, 6),
            Arbitraries.frequency(Tuple.of(3, 0), Tuple.of(1, 1), Tuple.of(1, 5)),
            Arbitraries.of(true, false))
        .as(Arrival::new)
        .list()
        .ofMinSize(1)
        .ofMaxSize(12);
  }

  @Property(tries = 300)
  void theOutputOfARequestIsThatOfTheModelAlone(
      @ForAll("arrivals") List<Arrival> arrivals,
      @ForAll @IntRange(min = 1, max = 4) int slots,
      @ForAll @IntRange(min = 4, max = 40) int stepTokens,
      @ForAll @IntRange(min = 4, max = 16) int blocks,
      @ForAll @IntRange(min = 0, max = 20) int lookBack) {
    // 4 blocks hold one request of the largest size: little cache makes them wait
    ModelLimits limits =
        new ModelLimits(VOCABULARY, 64, slots, blocks, true, "testing")
            .reading(VOCABULARY, lookBack);
    TestingEngineLoop engine = new TestingEngineLoop(limits, stepTokens);
    List<Run> runs = new ArrayList<>();
    for (Arrival arrival : arrivals) {
      for (int i = 0; i < arrival.arrival; i++) {
        stepOnce(engine, runs);
      }
      runs.add(new Run(engine, arrival));
    }
    for (int i = 0; i < 8; i++) {
      stepOnce(engine, runs);
    }
    engine.finish();
    runs.forEach(Run::check);
    assertThat(engine.loop.running() + engine.loop.waiting()).isZero();
    assertThat(engine.loop.cacheUse()).isZero();
    assertThat(engine.faults).isEmpty();
    assertThat(engine.model.stepTokens()).allMatch(tokens -> tokens <= stepTokens);
  }

  private static void stepOnce(TestingEngineLoop engine, List<Run> runs) {
    runs.forEach(Run::tick);
    engine.loop.step();
  }

  /** A request, driven. */
  private static final class Run {
    private final TestingEngineLoop engine;
    private final Arrival arrival;
    private final List<Integer> expected;
    private final int[] emitted;
    private final TestingListener listener;
    private final Sequence sequence;
    private int age;
    private boolean ended;

    Run(TestingEngineLoop engine, Arrival arrival) {
      this.engine = engine;
      this.arrival = arrival;
      TextRequest request = TestingEngineLoop.request(arrival.prompt, arrival.sampling);
      expected = TestingEngineLoop.expected(request, VOCABULARY);
      emitted = expected.stream().limit(arrival.known).mapToInt(Integer::intValue).toArray();
      listener = new TestingListener(emitted.length);
      sequence = engine.submit(request, listener);
    }

    void tick() {
      if (age == arrival.proceedAfter && !ended) {
        engine.loop.proceed(sequence, emitted);
      }
      age++;
      if (age == arrival.endAfter) {
        ended = true;
        if (arrival.abandon) {
          engine.loop.abandon(sequence);
        } else {
          engine.loop.cancel(sequence);
        }
      }
    }

    void check() {
      List<Integer> rest = expected.subList(emitted.length, expected.size());
      if (ended) {
        assertThat(listener.tokens)
            .isEqualTo(rest.subList(0, Math.min(listener.tokens.size(), rest.size())));
      } else {
        assertThat(listener.tokens).isEqualTo(rest);
        assertThat(listener.outcome().total()).isEqualTo(expected.size());
      }
    }
  }
}
