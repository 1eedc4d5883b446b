package dev.weir.simulation;

import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.PriorityQueue;

/** Virtual time: what is to happen, and the clock, which jumps from one thing to the next. */
final class Agenda implements InstantSource {
  private final PriorityQueue<Happening> happenings =
      new PriorityQueue<>(
          Comparator.comparingLong(Happening::atMs).thenComparingLong(Happening::number));
  private final long startMs;
  private long nowMs;
  private long number;

  private record Happening(long atMs, long number, Runnable what) {}

  Agenda(long startMs) {
    this.startMs = startMs;
    this.nowMs = startMs;
  }

  /** Things of the same time happen in the order in which they were put here. */
  void in(long delayMs, Runnable what) {
    happenings.add(new Happening(nowMs + delayMs, number++, what));
  }

  /** Lets the next thing happen; false if there is none before a time. */
  boolean next(long endMs) {
    Happening next = happenings.peek();
    if (next == null || next.atMs() >= endMs) {
      return false;
    }
    happenings.remove();
    nowMs = next.atMs();
    next.what().run();
    return true;
  }

  @Override
  public Instant instant() {
    return Instant.ofEpochMilli(nowMs);
  }

  @Override
  public long millis() {
    return nowMs;
  }

  /** Since the beginning. */
  long elapsedMs() {
    return nowMs - startMs;
  }

  /** How many things were put here. */
  long happenings() {
    return number;
  }
}
