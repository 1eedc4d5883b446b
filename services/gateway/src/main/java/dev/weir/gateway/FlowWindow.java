package dev.weir.gateway;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** How much is held for readers that are slower than the log. Safe for use by any thread. */
final class FlowWindow {
  private final int chunks;
  private final int bytes;
  private final AtomicLong held = new AtomicLong();
  private final AtomicLong heldBytes = new AtomicLong();
  private final LongAdder overflows = new LongAdder();
  private final LongAdder droppedPreviews = new LongAdder();

  /**
   * @param chunks of one stream, at most
   * @param bytes of one stream's chunks, at most; a single larger one is held alone
   */
  FlowWindow(int chunks, int bytes) {
    this.chunks = chunks;
    this.bytes = bytes;
  }

  int chunks() {
    return chunks;
  }

  int bytes() {
    return bytes;
  }

  /** One more is held, or with negative numbers less. */
  void hold(int changedChunks, int changedBytes) {
    held.addAndGet(changedChunks);
    heldBytes.addAndGet(changedBytes);
  }

  /** A reading was left, to be opened again where its reader stands. */
  void overflowed() {
    overflows.increment();
  }

  /** A preview gave way to what its reader needs more. */
  void droppedPreview() {
    droppedPreviews.increment();
  }

  /** Chunks of all streams that are held now. */
  long held() {
    return held.get();
  }

  /** Their bytes. */
  long heldBytes() {
    return heldBytes.get();
  }

  long overflows() {
    return overflows.sum();
  }

  long droppedPreviews() {
    return droppedPreviews.sum();
  }
}
