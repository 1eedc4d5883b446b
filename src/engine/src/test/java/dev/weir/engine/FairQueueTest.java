package dev.weir.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.engine.Scheduler.Part;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

final class FairQueueTest {
  private static final int LONGEST_PROMPT = 120;
  private static final int BLOCKS = 24;

  private static Sequence sequence(String tenant, int prompt, int maxTokens, int priority) {
    int[] tokens = new int[prompt];
    Arrays.fill(tokens, 1);
    SamplingParameters sampling = SamplingParameters.builder(maxTokens).build();
    TextRequest request =
        new TextRequest(
            "r",
            tokens,
            sampling,
            0,
            Instant.MAX,
            // its own salt: what it costs does not depend on what is in the cache
            new TextRequest.Group(tenant, tenant + System.identityHashCode(tokens)),
            priority);
    OutputText output = new OutputText(TestingLanguageModel::bytes, false, sampling, maxTokens);
    Sequence sequence = new Sequence(request, new TestingListener(), output, maxTokens, 0, 0);
    sequence.proceed(new int[0]);
    return sequence;
  }

  private static List<Sequence> order(FairQueue queue) {
    List<Sequence> order = new ArrayList<>();
    queue.iterator().forEachRemaining(order::add);
    return order;
  }

  @Test
  void theTenantThatWasServedLeastGoesFirstAndPriorityBeforeThat() {
    FairQueue queue = new FairQueue();
    Sequence served = sequence("a", 1, 1, 0);
    Sequence waits = sequence("b", 1, 1, 0);
    Sequence urgent = sequence("a", 1, 1, 5);
    List.of(served, waits, urgent).forEach(queue::add);
    queue.charge(served, 100);
    assertThat(order(queue)).containsExactly(urgent, waits, served);
  }

  @Test
  void whoWasAwayGetsNoCreditForThatTime() {
    FairQueue queue = new FairQueue();
    Sequence before = sequence("late", 1, 1, 0);
    queue.add(before);
    queue.leave(before);
    Sequence busy = sequence("busy", 1, 1, 0);
    queue.add(busy);
    queue.charge(busy, 1000);
    Sequence back = sequence("late", 1, 1, 0);
    queue.add(back);
    queue.charge(back, 1);
    assertThat(order(queue)).containsExactly(busy, back);
  }

  @Test
  void whoMadeRoomKeepsItsPlace() {
    FairQueue queue = new FairQueue();
    Sequence first = sequence("a", 1, 1, 0);
    Sequence second = sequence("a", 1, 1, 0);
    queue.add(first);
    queue.add(second);
    queue.admit(first);
    queue.addAgain(first);
    assertThat(order(queue)).containsExactly(first, second);
    assertThat(queue.size()).isEqualTo(2);
  }

  /** Theorem 4.8 of the paper, on the scheduler itself; one tenant sends ten times as much. */
  @Property(tries = 30)
  void whileTwoTenantsWaitTheirServiceIsNearlyTheSame(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 12) int slots) {
    Random random = new Random(seed);
    Scheduler scheduler =
        new Scheduler(
            new ModelLimits(32, 256, slots, BLOCKS, true, ""),
            64,
            false,
            new Sampler(32),
            EngineMetrics.NONE,
            s -> {});
    Map<String, Integer> waiting = new HashMap<>();
    for (int i = 0; i < 2200; i++) {
      String tenant = i % 11 == 0 ? "small" : "large";
      int prompt = 1 + random.nextInt(tenant.equals("small") ? 20 : LONGEST_PROMPT);
      scheduler.add(sequence(tenant, prompt, 1 + random.nextInt(30), 0));
      waiting.merge(tenant, 1, Integer::sum);
    }
    double bound =
        2.0
            * Math.max(
                LONGEST_PROMPT, FairQueue.OUTPUT_WEIGHT * BLOCKS * LanguageModel.BLOCK_TOKENS);
    Map<String, Integer> service = new HashMap<>();
    Set<Sequence> admitted = new HashSet<>();
    while (true) {
      for (Part part : scheduler.schedule(0, sequence -> Long.MAX_VALUE)) {
        Sequence sequence = part.sequence();
        String tenant = sequence.request.group().tenant();
        if (admitted.add(sequence)) {
          service.merge(tenant, sequence.promptLength(), Integer::sum);
          waiting.merge(tenant, -1, Integer::sum);
        }
        scheduler.computed(part);
        if (!part.slice().queries().isEmpty()) {
          sequence.append(1);
          scheduler.generated(sequence);
          service.merge(tenant, FairQueue.OUTPUT_WEIGHT, Integer::sum);
          if (sequence.nextIndex() == sequence.limit) {
            scheduler.remove(sequence);
          }
        }
      }
      if (waiting.containsValue(0)) {
        return;
      }
      int difference = service.getOrDefault("small", 0) - service.getOrDefault("large", 0);
      assertThat((double) Math.abs(difference)).isLessThanOrEqualTo(bound);
    }
  }
}
