package dev.weir.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.engine.Scheduler.Part;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SchedulerTest {
  private static final int BLOCKS = 24;

  private static Sequence sequence(int promptLength, int maxTokens) {
    return sequence(new int[promptLength], maxTokens, 0);
  }

  private static Sequence sequence(int[] prompt, int maxTokens, int priority) {
    SamplingParameters sampling = SamplingParameters.builder(maxTokens).build();
    TextRequest request =
        new TextRequest("r", prompt, sampling, 0, Instant.MAX, TextRequest.Group.DEFAULT, priority);
    OutputText output = new OutputText(TestingLanguageModel::bytes, false, sampling, maxTokens);
    Sequence sequence = new Sequence(request, new TestingListener(), output, maxTokens, 0, 0);
    sequence.proceed(new int[0]);
    return sequence;
  }

  private static final Scheduler.TimeLeft FOREVER = sequence -> Long.MAX_VALUE;

  private static Scheduler scheduler(int slots, int stepTokens) {
    return new Scheduler(
        new ModelLimits(32, 128, slots, BLOCKS, true, ""),
        stepTokens,
        false,
        new Sampler(32),
        EngineMetrics.NONE,
        s -> {});
  }

  /** A prompt of its own, so that nobody finds its blocks. */
  private static Sequence different(int promptLength, int maxTokens, int number, int priority) {
    int[] prompt = new int[promptLength];
    Arrays.fill(prompt, 1 + number);
    return sequence(prompt, maxTokens, priority);
  }

  @Test
  void nobodyOvertakesWhoWaitsForRoom() {
    Scheduler scheduler = scheduler(3, 512);
    Sequence half = different(200, 57, 1, 0); // 13 of 24 blocks
    Sequence large = different(300, 17, 2, 0); // 19 blocks: does not fit beside it
    Sequence small = different(1, 1, 3, 0);
    List.of(half, large, small).forEach(scheduler::add);
    scheduler.schedule(0, FOREVER);
    assertThat(scheduler.running()).isEqualTo(1);
    scheduler.remove(half);
    scheduler.schedule(0, FOREVER);
    assertThat(scheduler.running()).isEqualTo(2);
  }

  @Test
  void whenBlocksRunOutTheNewestOfTheLowestPriorityWaitsAgain() {
    Scheduler scheduler = scheduler(3, 512);
    Sequence low = different(127, 200, 1, 0);
    Sequence newest = different(127, 200, 2, 1);
    List.of(low, newest).forEach(scheduler::add);
    List<Sequence> live = new ArrayList<>(List.of(low, newest));
    do {
      step(scheduler, live, 512);
    } while (low.state != Sequence.State.WAITING);
    assertThat(newest.state).isEqualTo(Sequence.State.RUNNING);
    assertThat(scheduler.waiting()).isEqualTo(1);
    assertThat(low.length() + newest.length()).isGreaterThan(23 * 16); // the cache was full
  }

  @Test
  void ofTheLowestPriorityTheNewestMakesRoomNotTheNewestOfAll() {
    Scheduler scheduler = scheduler(3, 512);
    Sequence older = different(100, 200, 1, 0);
    Sequence newer = different(100, 200, 2, 0);
    Sequence urgent = different(100, 200, 3, 1);
    List<Sequence> live = new ArrayList<>();
    for (Sequence sequence : List.of(older, newer, urgent)) {
      live.add(sequence);
      scheduler.add(sequence);
      while (scheduler.running() < live.size()) {
        step(scheduler, live, 512); // one after the other
      }
    }
    while (scheduler.waiting() == 0) {
      step(scheduler, live, 512);
    }
    assertThat(newer.state).isEqualTo(Sequence.State.WAITING);
    assertThat(older.state).isEqualTo(Sequence.State.RUNNING);
    assertThat(urgent.state).isEqualTo(Sequence.State.RUNNING);
  }

  @Test
  void severalAnswersToOnePromptComputeItOnce() {
    Scheduler scheduler = scheduler(4, 512);
    for (int i = 0; i < 4; i++) {
      scheduler.add(different(100, 8, 1, 0));
    }
    List<Part> first = scheduler.schedule(0, FOREVER);
    assertThat(first).hasSize(1);
    first.forEach(scheduler::computed);
    first.forEach(part -> part.sequence().append(1));
    List<Part> second = scheduler.schedule(0, FOREVER);
    assertThat(second).hasSize(4);
    assertThat(second.stream().mapToInt(part -> part.slice().tokens().length))
        .containsExactly(1, 4, 4, 4); // 96 of the 100 are found
    assertThat(scheduler.cacheUse()).isEqualTo((6 + 4.0) / BLOCKS);
  }

  /** Were its time taken for that of an output, nobody would find out. */
  @Test
  void aPromptThatGetsOneTokenInAStepGetsMoreWhenTheyHaveBecomeCheaper() {
    Scheduler scheduler = scheduler(2, 512);
    Sequence output = different(1, 200, 1, 0);
    Sequence prompt = different(110, 1, 2, 0);
    scheduler.add(output);
    for (int i = 0; i < 10; i++) {
      assertThat(promptTokens(scheduler, prompt, 0)).isZero();
    }
    scheduler.add(prompt);
    assertThat(promptTokens(scheduler, prompt, 10_000_000)).isEqualTo(16); // nobody knew
    assertThat(promptTokens(scheduler, prompt, 10_000_000)).isEqualTo(1);
    int chunk = 1;
    for (int i = 0; i < 20 && chunk == 1; i++) {
      chunk = promptTokens(scheduler, prompt, 1_000);
    }
    assertThat(chunk).isGreaterThan(1);
  }

  /** The free slots count, not the length of the queue: outputs come to no more than that. */
  @ParameterizedTest
  @CsvSource({"1, 12", "6, 12", "6, 3"})
  void promptsGetMoreOfAStepForEachThatCouldHaveASlotBehindTheFirst(int waiting, int slots) {
    Scheduler scheduler = scheduler(slots, 512);
    Sequence first = different(40, 1, 1, 0);
    scheduler.add(different(1, 200, 2, 0));
    for (int i = 0; i < 10; i++) {
      assertThat(promptTokens(scheduler, first, 100_000)).isZero();
    }
    scheduler.add(first);
    for (int tokens = 0; tokens < 40; ) {
      tokens += promptTokens(scheduler, first, 100_000);
    }
    scheduler.remove(first);
    for (int i = 0; i < waiting; i++) {
      scheduler.add(different(40, 1, 3 + i, 0));
    }
    int prompts =
        scheduler.schedule(0, FOREVER).stream().mapToInt(part -> part.slice().tokens().length).sum()
            - 1; // the output
    // 1 ms for what the output takes, and 2 times 0.1 ms for each that waits behind the first
    int behind = Math.min(waiting, slots - 1) - 1;
    assertThat(prompts).isBetween(9 + 2 * behind, 11 + 2 * behind);
  }

  /** A step of a device that takes 1 ms and so much for each of the prompt's tokens; how many. */
  private static int promptTokens(Scheduler scheduler, Sequence prompt, long nanosOfOne) {
    int tokens = 0;
    for (Part part : scheduler.schedule(0, FOREVER)) {
      scheduler.computed(part);
      if (part.sequence() == prompt) {
        tokens += part.known();
      } else {
        part.sequence().append(1);
      }
    }
    scheduler.took(1_000_000 + tokens * nanosOfOne);
    return tokens;
  }

  @Test
  void aStepSmallerThanItsSlotsIsAMistakeInTheConfiguration() {
    assertThatThrownBy(() -> scheduler(5, 4)).isInstanceOf(IllegalArgumentException.class);
  }

  /** What a test does next: 0 to 3 adds a request, 4 removes one, everything else steps. */
  @Provide
  Arbitrary<List<Integer>> actions() {
    return Arbitraries.integers().between(0, 9).list().ofMaxSize(60);
  }

  @Property(tries = 300)
  void noBlockIsEverLostAndEverySequenceGetsOn(
      @ForAll("actions") List<Integer> actions,
      @ForAll @IntRange(min = 1, max = 6) int slots,
      @ForAll @IntRange(min = 6, max = 48) int stepTokens) {
    Scheduler scheduler = scheduler(slots, stepTokens);
    List<Sequence> live = new ArrayList<>();
    int number = 0;
    for (int action : actions) {
      number++;
      if (action < 4) {
        int[] prompt = new int[1 + 13 * number % 90];
        Arrays.fill(prompt, action); // some share their prefix
        Sequence added = sequence(prompt, 1 + 7 * number % 30, action % 2);
        scheduler.add(added);
        live.add(added);
      } else if (action == 4 && !live.isEmpty()) {
        scheduler.remove(live.remove(number % live.size()));
      } else {
        step(scheduler, live, stepTokens);
      }
      checkOwnership(scheduler, live, slots);
    }
    while (!live.isEmpty()) {
      int before = progress(live);
      int count = live.size();
      step(scheduler, live, stepTokens);
      assertThat(live.size() < count || progress(live) > before).as("somebody moves").isTrue();
    }
    assertThat(scheduler.cacheUse()).isZero();
  }

  private static int progress(List<Sequence> live) {
    return live.stream().mapToInt(s -> s.length() - s.pending()).sum();
  }

  /** Computes what was scheduled; each sequence whose turn comes gets its next token. */
  private static void step(Scheduler scheduler, List<Sequence> live, int stepTokens) {
    int total = 0;
    Set<Sequence> seen = new HashSet<>();
    for (Part part : scheduler.schedule(0, FOREVER)) {
      Sequence sequence = part.sequence();
      assertThat(seen.add(sequence)).isTrue();
      int count = part.slice().tokens().length;
      total += count;
      scheduler.computed(part);
      if (!part.slice().queries().isEmpty()) {
        sequence.append(1);
        if (sequence.nextIndex() == sequence.limit) {
          scheduler.remove(sequence);
          live.remove(sequence);
        }
      }
    }
    assertThat(total).isLessThanOrEqualTo(stepTokens);
  }

  private static void checkOwnership(Scheduler scheduler, List<Sequence> live, int slots) {
    BitSet held = new BitSet();
    int running = 0;
    for (Sequence sequence : live) {
      int full = sequence.computed() / LanguageModel.BLOCK_TOKENS;
      for (int i = 0; i < sequence.blockCount(); i++) {
        boolean mayBeShared = i < full;
        assertThat(held.get(sequence.block(i)) && !mayBeShared).isFalse();
      }
      for (int i = 0; i < sequence.blockCount(); i++) {
        held.set(sequence.block(i));
      }
      running += sequence.state == Sequence.State.RUNNING ? 1 : 0;
    }
    assertThat(running).isLessThanOrEqualTo(slots);
    assertThat(scheduler.cacheUse()).isEqualTo(held.cardinality() / (double) BLOCKS);
    assertThat(scheduler.running()).isEqualTo(running);
    assertThat(scheduler.running() + scheduler.waiting()).isEqualTo(live.size());
  }
}
