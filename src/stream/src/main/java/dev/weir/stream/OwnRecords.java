package dev.weir.stream;

import dev.weir.proto.v1.Chunk;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.NavigableMap;
import java.util.OptionalLong;
import java.util.TreeMap;

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

  /** Beyond every index: previews are not in its order. */
  private static final long UNORDERED = 1L << 40;

  private final InstantSource clock;
  private final ArrayDeque<Place> acknowledged = new ArrayDeque<>();
  private final NavigableMap<Long, Long> read = new TreeMap<>();
  private long readFrom;
  private long readTo = -1;
  private long forgottenTo;
  private long dueMs = Long.MAX_VALUE;

  /** A record and what it is: another one of ours may lie where a lost one was. */
  private record Place(long offset, long mark) {}

  OwnRecords(InstantSource clock) {
    this.clock = clock;
  }

  /**
   * A record was acknowledged; they are in the order of the log.
   *
   * @param offset where it lies; -1 if the broker did not tell
   * @return whether it is lost
   */
  synchronized boolean onAcknowledged(long offset, Chunk chunk) {
    if (offset < 0) {
      return false;
    }
    read.headMap(offset).clear();
    Long found = read.remove(offset);
    if (found != null) {
      return found != mark(chunk);
    }
    if (offset >= Math.max(readFrom, forgottenTo) && offset < readTo) {
      return true;
    }
    if (acknowledged.size() == MAX_KEPT) {
      acknowledged.removeFirst();
    }
    acknowledged.addLast(new Place(offset, mark(chunk)));
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
  synchronized OptionalLong onRead(long offset, Chunk chunk, boolean own, long startOffset) {
    readFrom = startOffset;
    readTo = offset;
    OptionalLong lost = OptionalLong.empty();
    boolean awaited = false;
    while (!acknowledged.isEmpty() && acknowledged.getFirst().offset() <= offset) {
      Place place = acknowledged.removeFirst();
      boolean here = place.offset() == offset;
      awaited |= here;
      if (place.offset() >= startOffset && !(here && own && place.mark() == mark(chunk))) {
        lost = OptionalLong.of(place.offset());
      }
    }
    Place behind = acknowledged.peekFirst();
    if (own && behind != null && !chunk.hasPreview() && behind.mark() / 16 < mark(chunk) / 16) {
      lost = OptionalLong.of(behind.offset()); // what was sent later lies before it
    }
    if (own && !awaited) {
      read.put(offset, mark(chunk));
      if (read.size() > MAX_KEPT) {
        forgottenTo = read.pollFirstEntry().getKey() + 1;
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

  /** A number that tells the records of one attempt apart. */
  private static long mark(Chunk chunk) {
    long index =
        switch (chunk.getBodyCase()) {
          case TOKENS -> chunk.getTokens().getFirstIndex();
          case IMAGE -> chunk.getImage().getFirstIndex();
          case FINISHED -> chunk.getFinished().getTotal();
          case PREVIEW -> UNORDERED + chunk.getPreview().getStep();
          case QUEUED, STARTED, BODY_NOT_SET -> 0;
        };
    return index * 16 + chunk.getBodyCase().getNumber();
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
    return OptionalLong.of(acknowledged.getFirst().offset());
  }

  /** When {@link #overdue} is to be asked, milliseconds since 1970 (UTC). */
  synchronized long dueMs() {
    return dueMs;
  }
}
