package dev.weir.engine;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;

/**
 * Deals out the tokens of a step. There are no phases: each sequence has a number of tokens to
 * compute, be it one of its output, a chunk of its prompt, or tokens that another worker emitted.
 *
 * <p>Sequences that need one token come first, so that a long prompt never makes the outputs beside
 * it wait; then the others in the order of their admission; what is left admits from the queue,
 * first come, first served. A sequence is admitted when a slot is free and the cache has blocks for
 * its prompt and its longest output: reserving them all means that a running sequence never has to
 * be put out again.
 */
final class Scheduler {
  private final int stepTokens;
  private final int slots;
  private final BitSet usedSlots;
  private final BlockAllocator allocator;
  // in the order of admission
  private final List<Sequence> running = new ArrayList<>();
  private final Deque<Sequence> waiting = new ArrayDeque<>();

  /** What one sequence computes in a step. */
  record Part(Sequence sequence, SequenceSlice slice) {}

  Scheduler(ModelLimits limits, int stepTokens) {
    if (stepTokens < limits.slots()) {
      throw new IllegalArgumentException(
          "a step of %d tokens cannot serve %d slots".formatted(stepTokens, limits.slots()));
    }
    this.stepTokens = stepTokens;
    slots = limits.slots();
    usedSlots = new BitSet(slots);
    allocator = new BlockAllocator(limits.cacheBlocks());
  }

  void add(Sequence sequence) {
    waiting.add(sequence);
  }

  /** The parts of the next step; none if there is nothing to compute. */
  List<Part> schedule(long nanos) {
    List<Part> parts = new ArrayList<>();
    int budget = stepTokens;
    for (Sequence sequence : running) {
      if (sequence.pending() == 1) {
        budget -= add(parts, sequence, budget);
      }
    }
    for (Sequence sequence : running) {
      if (sequence.pending() > 1) {
        budget -= add(parts, sequence, budget);
      }
    }
    while (budget > 0 && !waiting.isEmpty() && admit(waiting.peek(), nanos)) {
      budget -= add(parts, waiting.remove(), budget);
    }
    return parts;
  }

  private static int add(List<Part> parts, Sequence sequence, int budget) {
    int count = Math.min(sequence.pending(), budget);
    if (count > 0) {
      parts.add(new Part(sequence, sequence.slice(count)));
    }
    return count;
  }

  private boolean admit(Sequence sequence, long nanos) {
    int slot = usedSlots.nextClearBit(0);
    int blocks = sequence.blocksNeeded();
    if (slot >= slots || blocks > allocator.free()) {
      return false;
    }
    usedSlots.set(slot);
    sequence.slot = slot;
    sequence.blocks = allocator.allocate(blocks);
    sequence.state = Sequence.State.RUNNING;
    sequence.times.admitted = nanos;
    running.add(sequence);
    return true;
  }

  /** Takes a sequence out, wherever it is; its slot and blocks are free. */
  void remove(Sequence sequence) {
    switch (sequence.state) {
      case WAITING -> waiting.remove(sequence);
      case RUNNING -> {
        running.remove(sequence);
        usedSlots.clear(sequence.slot);
        allocator.free(sequence.blocks);
      }
      case ENDED -> throw new IllegalStateException("request " + sequence.request.id() + " ended");
    }
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

  /** Share of the cache blocks that are owned. */
  double cacheUse() {
    return (double) (allocator.blocks() - allocator.free()) / allocator.blocks();
  }
}
