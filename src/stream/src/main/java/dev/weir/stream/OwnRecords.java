package dev.weir.stream;

import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.NavigableSet;
import java.util.OptionalLong;
import java.util.TreeSet;

/**
 * The records of one attempt that were acknowledged, or read back, but not yet both. What was
 * acknowledged and is not read back although the reading has gone beyond it was lost by a broker.
 * Safe for use by the producer's, the reader's and the attempt's thread.
 */
final class OwnRecords {
  /** So long a reading may lag behind the acknowledgements before one looks what it misses. */
  private static final long LOOK_MS = 5_000;

  /** Of each kind; beyond that the oldest are no longer watched. */
  private static final int MAX_KEPT = 4_096;

  private final InstantSource clock;
  private final ArrayDeque<Long> acknowledged = new ArrayDeque<>();
  private final NavigableSet<Long> read = new TreeSet<>();
  private long readFrom;
  private long readTo = -1;
  private long forgottenTo;
  private long dueMs = Long.MAX_VALUE;

  OwnRecords(InstantSource clock) {
    this.clock = clock;
  }

  /**
   * A record was acknowledged; they are in the order of the log.
   *
   * @param offset where it lies; -1 if the broker did not tell
   * @return whether it is lost
   */
  synchronized boolean onAcknowledged(long offset) {
    read.headSet(offset).clear();
    if (offset < 0 || read.remove(offset)) {
      return false;
    }
    if (offset >= Math.max(readFrom, forgottenTo) && offset < readTo) {
      return true;
    }
    if (acknowledged.size() == MAX_KEPT) {
      acknowledged.removeFirst();
    }
    acknowledged.addLast(offset);
    look();
    return false;
  }

  /**
   * A record of the request was read; they come in the order of the log.
   *
   * @param own whether it is of this attempt
   * @param startOffset where the reading began
   * @return the offset of a record that was acknowledged and is not there
   */
  synchronized OptionalLong onRead(long offset, boolean own, long startOffset) {
    readFrom = startOffset;
    readTo = offset;
    OptionalLong lost = OptionalLong.empty();
    while (!acknowledged.isEmpty() && acknowledged.getFirst() <= offset) {
      long awaited = acknowledged.removeFirst();
      if (awaited >= startOffset && !(own && awaited == offset)) {
        lost = OptionalLong.of(awaited);
      } else if (awaited == offset) {
        look();
        return lost;
      }
    }
    if (own) {
      read.add(offset);
      if (read.size() > MAX_KEPT) {
        forgottenTo = read.removeFirst() + 1;
      }
    }
    look();
    return lost;
  }

  /** Another reading begins. */
  synchronized void readAgain() {
    read.clear();
    readFrom = 0;
    readTo = -1;
  }

  private void look() {
    dueMs = acknowledged.isEmpty() ? Long.MAX_VALUE : clock.millis() + LOOK_MS;
  }

  /** The oldest record that should have been read back long ago, each time after a while. */
  synchronized OptionalLong overdue(long nowMs) {
    if (nowMs < dueMs || acknowledged.isEmpty()) {
      return OptionalLong.empty();
    }
    look();
    return OptionalLong.of(acknowledged.getFirst());
  }

  /** When {@link #overdue} is to be asked, milliseconds since 1970 (UTC). */
  synchronized long dueMs() {
    return dueMs;
  }
}
