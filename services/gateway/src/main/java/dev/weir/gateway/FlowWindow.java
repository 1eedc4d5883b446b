package dev.weir.gateway;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * How many chunks are held for readers that are slower than the log. Safe for use by any thread.
 */
final class FlowWindow {
  private final int chunks;
  private final AtomicLong held = new AtomicLong();
  private final LongAdder overflows = new LongAdder();

  /**
   * @param chunks of one stream, at most
   */
  FlowWindow(int chunks) {
    this.chunks = chunks;
  }

  int chunks() {
    return chunks;
  }

  void hold(int change) {
    held.addAndGet(change);
  }

  /** A reading was left, to be opened again where its reader stands. */
  void overflowed() {
    overflows.increment();
  }

  /** Chunks of all streams that are held now. */
  long held() {
    return held.get();
  }

  long overflows() {
    return overflows.sum();
  }
}
