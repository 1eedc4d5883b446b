package dev.weir.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

final class StepBudgetTest {
  private static final int STEP_TOKENS = 512;
  private static final int PROMPT = 4_000;

  /** A budget and the device that it learns of, with outputs whose context grows. */
  private static final class Run {
    private final StepBudget budget = new StepBudget(STEP_TOKENS, 0);
    private final Random random;
    private TestingDevice device;
    private int context = 40;

    Run(TestingDevice device, long seed) {
      this.device = device;
      random = new Random(seed);
    }

    /** Does what a worker does with a model before its first request. */
    void loaded() {
      prompt(0, 31);
      decode(1, 8);
      prompt(0, 31);
      decode(1, 8);
      context = 40;
    }

    StepLoad outputs(int outputs) {
      return new StepLoad(outputs, (long) outputs * context, 0, 0, 0);
    }

    /** Steps of outputs alone; returns their times. */
    long[] decode(int outputs, int steps) {
      return IntStream.range(0, steps).mapToLong(i -> measure(outputs(outputs))).toArray();
    }

    /** A prompt from its first token to its last, beside outputs; returns the steps' times. */
    long[] prompt(int outputs, int tokens) {
      LongStream.Builder times = LongStream.builder();
      for (int done = 0; done < tokens; ) {
        StepLoad load = chunk(outputs, done, tokens - done);
        times.add(measure(load));
        done += load.promptTokens();
      }
      return times.build().toArray();
    }

    /** The step that is scheduled next: outputs, and of a prompt what there is room for. */
    StepLoad chunk(int outputs, int start, int left) {
      StepLoad alone = outputs(outputs);
      int count = Math.min(left, budget.room(alone, 0, 0).tokens(start));
      return new StepLoad(
          outputs, alone.outputPositions(), 0, count, budget.positions(start, count));
    }

    long measure(StepLoad load) {
      long nanos = device.measured(load, random);
      budget.learn(load, nanos);
      context++;
      return nanos;
    }
  }

  /**
   * Times as they are measured exactly. An output is a token with a row of logits. Where a prompt
   * stands at position 200, attention costs at most as much as all else; to an output at position
   * 500 as much as a step.
   */
  @Provide
  Arbitrary<TestingDevice> exactDevices() {
    return Combinators.combine(
            Arbitraries.doubles().between(1e5, 1e7),
            Arbitraries.doubles().between(1, 4),
            Arbitraries.doubles().between(0, 1 / 500.0).ofScale(6),
            Arbitraries.doubles().between(1e3, 1e6),
            Arbitraries.doubles().between(0, 1 / 200.0).ofScale(6))
        .as((step, output, outputPosition, token, position) ->
            new TestingDevice(
                step,
                token * output,
                (step + token * output) * outputPosition,
                token,
                token * position,
                0,
                0));
  }

  @Property(tries = 300)
  void aStepBesideAPromptTakesTwiceTheOutputsAloneAndABlockAtMostOnceTheDeviceIsKnown(
      @ForAll("exactDevices") TestingDevice device,
      @ForAll @IntRange(min = 1, max = 32) int outputs) {
    Run run = new Run(device, 0);
    run.loaded();
    run.decode(outputs, 50);
    run.prompt(outputs, PROMPT);
    run.decode(outputs, 50);
    for (int start = 0; start < PROMPT; ) {
      StepLoad load = run.chunk(outputs, start, PROMPT - start);
      double alone = device.nanos(load.outputsAlone());
      double tokens = Math.max(1, load.promptTokens()); // every now and then outputs are alone
      double block = (device.nanos(load) - alone) * LanguageModel.BLOCK_TOKENS / tokens;
      assertThat(device.nanos(load)).isLessThanOrEqualTo(2 * alone + block);
      run.measure(load);
      start += load.promptTokens();
    }
  }

  /** Nothing but a warm-up has told of prompts, and hardly anything of positions. */
  @Property(tries = 300)
  void theFirstLongPromptNeverStretchesAStepToThreeTimesItsTime(
      @ForAll("exactDevices") TestingDevice device,
      @ForAll @IntRange(min = 1, max = 32) int outputs) {
    Run run = new Run(device, 0);
    run.loaded();
    run.decode(outputs, 20);
    for (int start = 0; start < PROMPT; ) {
      StepLoad load = run.chunk(outputs, start, PROMPT - start);
      boolean least = load.promptTokens() <= LanguageModel.BLOCK_TOKENS;
      assertThat(least || device.nanos(load) < 3 * device.nanos(load.outputsAlone())).isTrue();
      run.measure(load);
      start += load.promptTokens();
    }
  }

  /** SmolLM2-135M on two cores, about: src/docs/benchmarks.md. */
  private static TestingDevice measuredDevice(double noise, double interrupted) {
    return new TestingDevice(4e6, 3e5, 300, 1.2e5, 50, noise, interrupted);
  }

  @Test
  void theWorstTimesBetweenTokensStayBelowThreeTimesTheUndisturbedOnesThoughTimesAreNoisy() {
    for (int seed = 0; seed < 20; seed++) {
      Run run = new Run(measuredDevice(0.15, 0.002), seed);
      run.loaded();
      long[] undisturbed = run.decode(8, 4_000);
      run.context = 40;
      long[] disturbed = {};
      for (int prompts = 0; prompts < 40; prompts++) {
        long[] times = run.prompt(8, PROMPT);
        disturbed = LongStream.concat(Arrays.stream(disturbed), Arrays.stream(times)).toArray();
      }
      assertThat(p99(disturbed)).isLessThan(3 * p99(undisturbed));
      assertThat(disturbed.length).as("steps").isLessThan(40 * PROMPT / 20); // it gets on
    }
  }

  /**
   * Devices as wild as real ones. A token of a prompt takes 0.05 to 5 ms, at position 8,000 up to 5
   * times that. An output takes 0.1 to 3 ms, and not less than a token of a prompt, for it is one
   * with a row of logits; 32 outputs take 8 times one. Times scatter by 20 %, and of 200 steps one
   * takes 50 times as long.
   */
  private static Arbitrary<TestingDevice> wildDevices() {
    return Combinators.combine(
            evenly(1e5, 1e7), // the step
            evenly(1e5, 3e6),
            evenly(5e4, 5e6),
            Arbitraries.doubles().between(0, 1 / 2_000.0).ofScale(6),
            Arbitraries.doubles().between(0, 4 / 8_000.0).ofScale(6))
        .as((step, row, token, outputPosition, position) -> {
          double output = Math.max(row, token);
          return new TestingDevice(
              step,
              output,
              0.6, // 32^0.6 = 8
              (step + output) * outputPosition,
              token,
              token * position,
              0.2,
              1 / 200.0,
              50);
        });
  }

  /** Evenly on a logarithmic scale. */
  private static Arbitrary<Double> evenly(double from, double to) {
    return Arbitraries.doubles().between(0, 1).ofScale(4).map(x -> from * Math.pow(to / from, x));
  }

  /** How many times as long outputs and prompts take from some time on. */
  record Change(double outputs, double prompts) {}

  private static Arbitrary<Change> changes() {
    return Arbitraries.of(
        new Change(1, 1),
        new Change(2, 2),
        new Change(0.5, 0.5),
        new Change(1, 2),
        new Change(1, 0.5),
        new Change(2, 1),
        new Change(0.5, 1));
  }

  /** What is learned of scattered times is wrong at times: about one device in 600 is misjudged. */
  @Example
  void onWildDevicesOutputsStayBelowThreeTimesTheirWorstTimesAndPromptsAreForeseen() {
    Iterator<TestingDevice> devices = wildDevices().sampleStream().iterator();
    Iterator<Change> changes = changes().sampleStream().iterator();
    Iterator<Long> seeds = Arbitraries.longs().sampleStream().iterator();
    List<String> misjudged = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      TestingDevice device = devices.next();
      Change change = changes.next();
      long seed = seeds.next();
      try {
        checkOutputsAndPrompts(device, change, seed);
      } catch (AssertionError e) {
        misjudged.add("%s, %s, seed %d: %s".formatted(device, change, seed, e.getMessage()));
      }
    }
    assertThat(misjudged).hasSizeLessThan(4);
  }

  private static void checkOutputsAndPrompts(TestingDevice device, Change change, long seed) {
    Run run = new Run(device, seed);
    run.loaded();
    run.decode(8, 50);
    checkBesidePrompts(run);
    checkForeseen(run, 0.6, 1.5);
    run.device = device.slower(change.outputs, change.prompts);
    run.decode(8, 50);
    checkBesidePrompts(run);
    checkForeseen(run, 0.4, 1.8); // outputs and prompts are told apart anew
  }

  /** By what is foreseen deadlines are refused; shares of what the device takes. */
  private static void checkForeseen(Run run, double least, double most) {
    for (int start : new int[] {0, 3_000}) {
      int tokens = PROMPT - start;
      double foreseen = run.budget.promptNanos(start, tokens);
      assertThat(foreseen / lawNanos(run, start, tokens)).isBetween(least, most);
    }
  }

  /** With 8 outputs, prompts of 4,000 tokens come one after the other, then the same without. */
  private static void checkBesidePrompts(Run run) {
    LongStream.Builder disturbed = LongStream.builder();
    LongStream.Builder undisturbed = LongStream.builder();
    for (int steps = 0; steps < 3_000; ) { // so many that one in 200 is no p99
      run.context = 40;
      long[] times = run.prompt(8, PROMPT);
      Arrays.stream(times).forEach(disturbed::add);
      steps += times.length;
      run.context = 40;
      Arrays.stream(run.decode(8, times.length)).forEach(undisturbed::add);
    }
    assertThat(p99(disturbed.build().toArray())).isLessThan(3 * p99(undisturbed.build().toArray()));
  }

  /** What the device takes for a prompt alone, on average. */
  private static double lawNanos(Run run, int start, int tokens) {
    double nanos = 0;
    for (int done = 0; done < tokens; done += STEP_TOKENS) {
      int count = Math.min(STEP_TOKENS, tokens - done);
      nanos +=
          run.device.nanos(StepLoad.ofPrompt(count, run.budget.positions(start + done, count)));
    }
    return nanos;
  }

  private static long p99(long[] times) {
    long[] sorted = times.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length * 99 / 100];
  }

  @Test
  void aDeviceThatBecomesSlowerOrFasterIsFollowed() {
    for (double times : new double[] {0.25, 3}) {
      Run run = new Run(measuredDevice(0.05, 0), 1);
      run.loaded();
      run.decode(8, 50);
      run.prompt(8, PROMPT);
      double before = run.budget.promptNanos(0, PROMPT);
      run.device = run.device.slower(times);
      run.decode(8, 50);
      run.prompt(8, PROMPT);
      run.prompt(8, PROMPT);
      assertThat(run.budget.promptNanos(0, PROMPT) / before).isBetween(0.8 * times, 1.2 * times);
    }
  }

  @Test
  void stepsThatWereInterruptedSayNextToNothing() {
    Run run = new Run(measuredDevice(0, 0), 1);
    run.loaded();
    run.decode(8, 50);
    run.prompt(8, PROMPT);
    StepLoad before = run.chunk(8, 1000, PROMPT);
    StepLoad load = run.outputs(8);
    run.budget.learn(load, Math.round(50 * run.device.nanos(load)));
    assertThat(run.chunk(8, 1000, PROMPT).promptTokens())
        .isBetween(before.promptTokens() - 2, before.promptTokens() + 2);
  }

  @Test
  void thousandsOfOutputsDoNotMakeItForgetWhatPromptsCost() {
    Run run = new Run(measuredDevice(0, 0), 1);
    run.loaded();
    run.decode(8, 50);
    run.prompt(8, PROMPT);
    double before = run.budget.promptNanos(0, PROMPT);
    for (int i = 0; i < 10; i++) {
      run.context = 40;
      run.decode(8, 500);
    }
    assertThat(run.budget.promptNanos(0, PROMPT) / before).isBetween(0.98, 1.02);
  }

  @Test
  void whatAPromptCostsGrowsWithItsPositions() {
    Run run = new Run(measuredDevice(0, 0), 1);
    run.loaded();
    run.prompt(0, 8_000);
    for (int start : new int[] {0, 4_000}) {
      double expected = lawNanos(run, start, 3_000);
      assertThat(run.budget.promptNanos(start, 3_000) / expected).isBetween(0.98, 1.02);
    }
  }

  @Test
  void behindASlidingWindowPositionsCountNoMore() {
    StepBudget budget = new StepBudget(STEP_TOKENS, 100);
    assertThat(budget.positions(0, 4)).isEqualTo(0 + 1 + 2 + 3);
    assertThat(budget.positions(98, 4)).isEqualTo(98 + 99 + 100 + 100);
    assertThat(budget.positions(2_000, 4)).isEqualTo(400);
    assertThat(new StepBudget(STEP_TOKENS, 0).positions(2_000, 2)).isEqualTo(4_001);
  }

  @Test
  void aPromptAloneGetsTheWholeStep() {
    StepBudget budget = new StepBudget(512, 0);
    budget.learn(StepLoad.ofPrompt(512, 512 * 511 / 2), 1_000_000_000);
    assertThat(budget.room(new StepLoad(0, 0, 0, 0, 0), 0, 0).tokens(0)).isEqualTo(512);
  }

  @Test
  void outputsThatMayBeginAtAnyMomentDoNotWaitForAWholeStepOfPrompts() {
    Run run = new Run(measuredDevice(0, 0), 1);
    run.loaded();
    run.decode(8, 20);
    int beside = run.chunk(8, 0, PROMPT).promptTokens();
    StepLoad none = new StepLoad(0, 0, 0, 0, 0);
    assertThat(run.budget.room(none, 8, 0).tokens(0)).isBetween(beside, 3 * beside);
    assertThat(run.budget.room(none, 0, 0).tokens(0)).isEqualTo(STEP_TOKENS);
  }

  @Test
  void promptsThatWaitBehindOneAnotherGetMoreAndOutputsAreNotSlowedBeyondWhatTheyComeTo() {
    Run run = new Run(measuredDevice(0, 0), 1);
    run.loaded();
    run.decode(1, 50);
    StepLoad one = run.outputs(1);
    int alone = run.budget.room(one, 0, 0).tokens(0);
    int withMany = run.budget.room(one, 0, 15).tokens(0);
    assertThat(withMany).isGreaterThan(3 * alone / 2);
    StepLoad full = new StepLoad(16, 16 * 40, 0, 0, 0);
    StepLoad mixed = new StepLoad(1, 40, 0, withMany, run.budget.positions(0, withMany));
    assertThat(run.device.nanos(mixed)).isLessThan(2.2 * run.device.nanos(full));
  }

  @Test
  void aPromptGetsOnHoweverSlowTheDevice() {
    StepBudget budget = new StepBudget(512, 0);
    budget.learn(StepLoad.ofPrompt(16, 120), 1_000_000_000);
    budget.learn(new StepLoad(8, 80, 0, 0, 0), 1_000);
    StepBudget.Room room = budget.room(new StepLoad(8, 80, 0, 0, 0), 0, 0);
    assertThat(room.tokens(0)).isEqualTo(1);
    room.take(0, 1);
    assertThat(room.tokens(0)).isZero(); // of another prompt
  }

  @Test
  void besideOutputsAPromptBeginsByABlockWhileNobodyKnowsWhatItCosts() {
    StepBudget budget = new StepBudget(512, 0);
    StepLoad outputs = new StepLoad(8, 80, 0, 0, 0);
    assertThat(budget.room(outputs, 0, 0).tokens(0)).isEqualTo(16);
    budget.learn(outputs, 1_000_000);
    assertThat(budget.room(outputs, 0, 0).tokens(0)).isEqualTo(16);
  }

  @Test
  void aFasterDeviceGetsMoreOfAPromptIntoAStep() {
    Run run = new Run(measuredDevice(0, 0), 1);
    run.loaded();
    run.decode(8, 50);
    run.prompt(8, PROMPT);
    int before = run.chunk(8, 0, PROMPT).promptTokens();
    TestingDevice slow = run.device;
    run.device =
        new TestingDevice(
            slow.step(), slow.output(), slow.outputPosition(), slow.promptToken() / 2, 25, 0, 0);
    run.prompt(8, PROMPT);
    run.context = 540;
    assertThat(run.chunk(8, 0, PROMPT).promptTokens()).isGreaterThan(3 * before / 2);
  }

  @Test
  void everyNowAndThenOutputsAreMeasuredAloneButPromptsNeverWaitForNobody() {
    Run run = new Run(measuredDevice(0, 0), 1);
    run.loaded();
    for (int i = 0; i < 50; i++) {
      StepLoad load = run.chunk(8, 100, PROMPT);
      assertThat(load.promptTokens()).isPositive();
      run.measure(load);
    }
    assertThat(run.chunk(8, 100, PROMPT).promptTokens()).isZero();
    StepLoad none = new StepLoad(0, 0, 0, 0, 0);
    assertThat(run.budget.room(none, 8, 0).tokens(0)).isPositive();
    run.measure(run.outputs(8));
    assertThat(run.chunk(8, 100, PROMPT).promptTokens()).isPositive();
  }
}
