package dev.weir.stream;

import java.util.concurrent.atomic.AtomicInteger;

/** How many requests an intake has. For use by any thread. */
final class IntakeLoad {
  /** Taken and not settled. */
  final AtomicInteger taken = new AtomicInteger();

  /** Of these, those that wait for room; nothing is written of them. */
  final AtomicInteger waiting = new AtomicInteger();

  /** Consumers that may acquire a request at this moment. */
  final AtomicInteger polling = new AtomicInteger();

  int running() {
    return Math.max(0, taken.get() - waiting.get());
  }
}
