package dev.weir.engine;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Deals out the tokens of a step. There are no phases: each sequence has a number of tokens to
 * compute, be it one of its output, a chunk of its prompt, or tokens that another worker emitted.
 *
 * <p>Sequences that need one token come first, so that a long prompt never makes the outputs beside
 * it wait; then the others in the order of their admission; what is left admits from the queue, in
 * the order of {@link FairQueue}. A sequence is admitted when few enough run and the cache has
 * blocks for all tokens that it has now; those of its output are taken as they come. If they run
 * out, the sequence of the lowest priority, the newest of them, waits again at its old place, and
 * goes on later behind the tokens that it has. Outputs are guessed ahead where there is room and it
 * pays: a draft is some more tokens to compute.
 */
final class Scheduler {
  private final StepBudget budget;
  private final int slots;
  private final int window;
  private final BlockPool pool;
  // in the order of admission
  private final List<Sequence> running = new ArrayList<>();
  private final FairQueue waiting = new FairQueue();
  private final Sampler sampler;
  private final EngineMetrics metrics;
  private final Consumer<Sequence> onAdmitted;

  // null: outputs are not guessed ahead
  private final @Nullable Drafts drafts;
  // waiting sequences that were found unable to keep their deadline
  private final List<Sequence> hopeless = new ArrayList<>();
  // what it adds up to, for its time
  private StepLoad scheduled = new StepLoad(0, 0, 0, 0, 0);

  /**
   * What one sequence computes in a step.
   *
   * @param draft how many of the last tokens are guesses
   */
  record Part(Sequence sequence, SequenceSlice slice, int draft) {
    /** Tokens that are none. */
    int known() {
      return slice.tokens().length - draft;
    }
  }

  /** Time until a deadline, nanoseconds. */
  interface TimeLeft {
    long nanos(Sequence sequence);
  }

  /**
   * @param onAdmitted told of each sequence that has a slot for the first time
   * @param speculates whether outputs are guessed ahead, see {@link Speculation}
   */
  Scheduler(
      ModelLimits limits,
      int stepTokens,
      boolean speculates,
      Sampler sampler,
      EngineMetrics metrics,
      Consumer<Sequence> onAdmitted) {
    if (stepTokens < limits.slots()) {
      throw new IllegalArgumentException(
          "a step of %d tokens cannot serve %d slots".formatted(stepTokens, limits.slots()));
    }
    budget = new StepBudget(stepTokens, limits.window());
    this.sampler = sampler;
    this.metrics = metrics;
    this.onAdmitted = onAdmitted;
    slots = limits.slots();
    window = limits.window();
    pool = new BlockPool(limits.cacheBlocks());
    drafts = speculates ? new Drafts(budget, pool, sampler) : null;
  }

  void add(Sequence sequence) {
    waiting.add(sequence);
  }

  /**
   * The parts of the next step; none if there is nothing to compute.
   *
   * @param nanos the time on the engine's clock
   */
  List<Part> schedule(long nanos, TimeLeft timeLeft) {
    StepPlan plan = new StepPlan(budget, running.size());
    hopeless.clear();
    int before = running.size();
    int soon = 0;
    int longer = 0;
    Sequence[] turns = running.toArray(Sequence[]::new); // some of these may give way
    for (int i = 0; i < before; i++) {
      Sequence sequence = turns[i];
      int pending = sequence.pending();
      if (pending == 1) {
        add(plan, sequence, 1);
      } else if (pending == 0) {
        soon++;
      } else {
        turns[longer++] = sequence;
      }
    }
    if (drafts != null && running.size() == before) {
      drafts.addTo(plan);
    }
    int behind = longer + Math.min(slots - before, waiting.size()) - 1;
    StepBudget.Room room = budget.room(plan.load(), soon, Math.max(0, behind));
    for (int i = 0; i < longer; i++) {
      add(plan, turns[i], room);
    }
    if (running.size() == before) { // else the cache is full
      admit(plan, room, nanos, timeLeft);
    }
    scheduled = plan.load();
    return plan.parts();
  }

  /** Gives a running sequence what there is room for. */
  private void add(StepPlan plan, Sequence sequence, StepBudget.Room room) {
    int start = sequence.computed();
    room.take(start, add(plan, sequence, room.tokens(start)));
  }

  /** Gives a running sequence its part of a step, if it still runs and there is room left. */
  private int add(StepPlan plan, Sequence sequence, int most) {
    int count = Math.min(Math.min(sequence.pending(), most), sequence.room(pool.blocks()));
    if (count <= 0 || sequence.state != Sequence.State.RUNNING) {
      return 0;
    }
    int wanted = BlockPool.blocksFor(sequence.computed() + count);
    while (sequence.blockCount() < wanted) {
      if (pool.free() > 0) {
        sequence.addBlock(pool.take());
        continue;
      }
      Sequence victim = victim();
      if (victim == null) {
        throw new IllegalStateException("the cache is full, and nobody holds it");
      }
      plan.remove(victim);
      preempt(victim);
      if (victim == sequence) {
        return 0;
      }
    }
    plan.add(new Part(sequence, sequence.slice(count, Speculation.NONE, sampler), 0));
    return count;
  }

  /** Of the lowest priority, the newest. */
  private @Nullable Sequence victim() {
    return running.reversed().stream()
        .min(Comparator.comparingInt(sequence -> sequence.request.priority()))
        .orElse(null);
  }

  private void preempt(Sequence sequence) {
    running.remove(sequence);
    sequence.leaveBlocks(pool);
    sequence.state = Sequence.State.WAITING;
    waiting.addAgain(sequence);
    metrics.onPreemption(sequence.request.id());
  }

  private void admit(StepPlan plan, StepBudget.Room room, long nanos, TimeLeft timeLeft) {
    if (running.size() == slots || waiting.size() == 0) {
      return;
    }
    Iterator<Sequence> queue = waiting.iterator();
    while (room.tokens(0) > 0 && running.size() < slots && queue.hasNext()) {
      Sequence sequence = queue.next();
      // in every step, also if there is no room: so its prefix stays among what was used last
      int found = sequence.reuse(pool);
      leaveBehindWindow(sequence);
      if (comesSoon(sequence)) {
        sequence.leaveBlocks(pool);
        continue; // somebody computes its next block just now
      }
      if (budget.promptNanos(found, sequence.pending()) > timeLeft.nanos(sequence)) {
        sequence.leaveBlocks(pool);
        hopeless.add(sequence);
        budget.refused();
        continue;
      }
      int wanted = blocksWanted(found + sequence.pending()) - sequence.blockCount();
      if (wanted + running.size() > pool.free() && !running.isEmpty()) {
        sequence.leaveBlocks(pool);
        return; // nobody overtakes who waits for room
      }
      waiting.admit(sequence);
      if (sequence.admitted(nanos)) {
        waiting.charge(sequence, Math.max(0, sequence.pending()));
        metrics.onPrefix(sequence.length(), found);
        onAdmitted.accept(sequence);
      }
      running.add(sequence);
      add(plan, sequence, room);
    }
  }

  /** Blocks that as many tokens hold at once; those behind the window are freed on the way. */
  private int blocksWanted(int tokens) {
    if (window == 0) {
      return BlockPool.blocksFor(tokens);
    }
    return Math.min(
        BlockPool.blocksFor(tokens), BlockPool.blocksFor(window + budget.stepTokens()) + 1);
  }

  /** Waiting sequences that the last schedule found unable to keep their deadline. */
  List<Sequence> hopeless() {
    return List.copyOf(hopeless);
  }

  /**
   * Whether a running sequence is about to compute what this one needs next: several answers to one
   * prompt come at the same time, and all but the first then find its blocks a step later.
   */
  private boolean comesSoon(Sequence sequence) {
    for (Sequence other : running) {
      if (other.pending() > 1 && sequence.awaits(other)) {
        return true;
      }
    }
    return false;
  }

  /** The step that was scheduled last took so long. */
  void took(long nanos) {
    budget.learn(scheduled, nanos);
  }

  /** A step has computed a part; whether its draft is right is not known yet. */
  void computed(Part part) {
    computed(part.sequence(), part.known());
  }

  /** A token of a draft was right: it is computed already. */
  void accepted(Sequence sequence) {
    computed(sequence, 1);
  }

  private void computed(Sequence sequence, int count) {
    sequence.computed(count, pool);
    leaveBehindWindow(sequence);
  }

  private void leaveBehindWindow(Sequence sequence) {
    if (window > 0) {
      sequence.leaveBlocksBefore(sequence.computed() + 1 - window, pool);
    }
  }

  /** A token of a sequence's output was made. */
  void generated(Sequence sequence) {
    waiting.charge(sequence, FairQueue.OUTPUT_WEIGHT);
  }

  /** What a sequence has computed is wrong and must not be found by others. */
  void spoil(Sequence sequence) {
    sequence.spoil(pool);
  }

  /** Takes a sequence out, wherever it is; nobody else's blocks are free. */
  void remove(Sequence sequence) {
    if (sequence.state == Sequence.State.ENDED) {
      throw new IllegalStateException("request " + sequence.request.id() + " ended");
    }
    running.remove(sequence);
    waiting.leave(sequence);
    sequence.leaveBlocks(pool);
    sequence.state = Sequence.State.ENDED;
  }

  void forEach(Consumer<Sequence> action) {
    running.forEach(action);
    waiting.forEach(action);
  }

  int running() {
    return running.size();
  }

  int waiting() {
    return waiting.size();
  }

  /** Share of the cache blocks that somebody holds. */
  double cacheUse() {
    return (double) (pool.blocks() - pool.free()) / pool.blocks();
  }
}
