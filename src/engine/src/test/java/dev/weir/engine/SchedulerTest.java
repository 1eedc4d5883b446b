package dev.weir.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.engine.Scheduler.Part;
import java.time.Instant;
import java.util.ArrayList;
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

final class SchedulerTest {
  private static final int BLOCKS = 24;

  private static Sequence sequence(int promptLength, int maxTokens) {
    int[] prompt = new int[promptLength];
    SamplingParameters sampling = SamplingParameters.builder(maxTokens).build();
    TextRequest request = new TextRequest("r", prompt, sampling, 0, Instant.MAX);
    OutputText output = new OutputText(TestingLanguageModel::bytes, false, sampling, maxTokens);
    Sequence sequence = new Sequence(request, new TestingListener(), output, maxTokens, 0);
    sequence.proceed(new int[0]);
    return sequence;
  }

  private static Scheduler scheduler(int slots, int stepTokens) {
    return new Scheduler(new ModelLimits(32, 128, slots, BLOCKS, true, ""), stepTokens);
  }

  @Test
  void theLowestFreeSlotIsTakenFirst() {
    Scheduler scheduler = scheduler(3, 64);
    Sequence first = sequence(1, 1);
    Sequence second = sequence(1, 1);
    scheduler.add(first);
    scheduler.add(second);
    scheduler.schedule(0);
    scheduler.remove(first);
    Sequence third = sequence(1, 1);
    scheduler.add(third);
    scheduler.schedule(0);
    assertThat(List.of(second.slot, third.slot)).containsExactly(1, 0);
  }

  @Test
  void nobodyOvertakesInTheQueue() {
    Scheduler scheduler = scheduler(3, 512);
    Sequence half = sequence(200, 57); // 16 of 24 blocks
    Sequence large = sequence(128, 17); // 9 blocks: does not fit beside it
    Sequence small = sequence(1, 1);
    List.of(half, large, small).forEach(scheduler::add);
    scheduler.schedule(0);
    assertThat(scheduler.running()).isEqualTo(1);
    scheduler.remove(half);
    scheduler.schedule(0);
    assertThat(scheduler.running()).isEqualTo(2);
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
  void noSlotOrBlockIsEverSharedOrLost(
      @ForAll("actions") List<Integer> actions,
      @ForAll @IntRange(min = 1, max = 6) int slots,
      @ForAll @IntRange(min = 6, max = 48) int stepTokens) {
    Scheduler scheduler = scheduler(slots, stepTokens);
    List<Sequence> live = new ArrayList<>();
    int number = 0;
    for (int action : actions) {
      number++;
      if (action < 4) {
        Sequence added = sequence(1 + 13 * number % 90, 1 + 7 * number % 30);
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
    for (Part part : scheduler.schedule(0)) {
      Sequence sequence = part.sequence();
      assertThat(seen.add(sequence)).isTrue();
      int count = part.slice().tokens().length;
      total += count;
      sequence.computed(count);
      if (part.slice().outputs() == 1) {
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
    BitSet usedSlots = new BitSet();
    BitSet usedBlocks = new BitSet();
    for (Sequence sequence : live) {
      if (sequence.state == Sequence.State.RUNNING) {
        assertThat(sequence.slot).isBetween(0, slots - 1);
        assertThat(usedSlots.get(sequence.slot)).isFalse();
        usedSlots.set(sequence.slot);
        for (int block : sequence.blocks) {
          assertThat(usedBlocks.get(block)).isFalse();
          usedBlocks.set(block);
        }
      }
    }
    assertThat(scheduler.cacheUse()).isEqualTo(usedBlocks.cardinality() / (double) BLOCKS);
    assertThat(scheduler.running()).isEqualTo(usedSlots.cardinality());
    assertThat(scheduler.running() + scheduler.waiting()).isEqualTo(live.size());
  }
}
