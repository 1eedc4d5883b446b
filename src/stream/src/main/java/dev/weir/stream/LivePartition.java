package dev.weir.stream;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * One partition as the live reader has it: its followers by request, its position, and the last
 * records before that. The thread of the live reader owns it.
 */
final class LivePartition {
  /** Room that a record takes beside key and value (measured on a heap dump: about 300 bytes). */
  private static final int RECORD_OVERHEAD = 300;

  private final Map<String, List<Follower>> followers = new HashMap<>();

  /** Records right before {@code position}, none left out. */
  private final ArrayDeque<ConsumerRecord<byte[], byte[]>> recent = new ArrayDeque<>();

  private long recentBytes;
  private long position;
  private long idleSinceNanos;

  LivePartition(long position, long nowNanos) {
    this.position = position;
    this.idleSinceNanos = nowNanos;
  }

  long position() {
    return position;
  }

  long recentBytes() {
    return recentBytes;
  }

  /** What became of a follower that wants to join. */
  enum Joined {
    YES,
    /** It begins before the records that are in memory. */
    TOO_EARLY,
    /** It was closed or sent back while it was offered recent records. */
    GONE
  }

  Joined join(Follower follower) {
    if (follower.next() < position) {
      ConsumerRecord<byte[], byte[]> first = recent.peekFirst();
      if (first == null || first.offset() > follower.next()) {
        return Joined.TOO_EARLY;
      }
      follower.check(first.offset(), position);
      if (!offerRecent(follower)) {
        return Joined.GONE;
      }
      follower.passed(position);
    }
    followers.computeIfAbsent(follower.requestId(), _ -> new ArrayList<>(1)).add(follower);
    return Joined.YES;
  }

  private boolean offerRecent(Follower follower) {
    for (ConsumerRecord<byte[], byte[]> record : recent) {
      if (record.offset() >= follower.next()
          && follower.requestId().equals(ChunkRecords.key(record))) {
        LogRecord chunk = ChunkRecords.decode(follower.requestId(), record);
        if (chunk != null && !follower.offer(chunk)) {
          return false;
        }
      }
    }
    return true;
  }

  /** Offers a record to the followers of its request; returns those that were sent back. */
  List<Follower> take(ConsumerRecord<byte[], byte[]> record, long maxRecentBytes) {
    position = record.offset() + 1;
    remember(record, maxRecentBytes);
    String id = ChunkRecords.key(record);
    List<Follower> listening = id == null ? null : followers.get(id);
    if (id == null || listening == null) {
      return List.of();
    }
    LogRecord chunk = ChunkRecords.decode(id, record);
    if (chunk == null) {
      return List.of();
    }
    List<Follower> sentBack = new ArrayList<>(0);
    listening.removeIf(follower -> {
      boolean goesOn = follower.offer(chunk);
      if (!goesOn && !follower.isClosed()) {
        sentBack.add(follower);
      }
      return !goesOn;
    });
    if (listening.isEmpty()) {
      followers.remove(id);
    }
    return sentBack;
  }

  /** Nothing lies between the last record and this position. */
  void reached(long newPosition) {
    position = Math.max(position, newPosition);
  }

  private void remember(ConsumerRecord<byte[], byte[]> record, long maxBytes) {
    recent.addLast(record);
    recentBytes += size(record);
    while (recentBytes > maxBytes && recent.size() > 1) {
      recentBytes -= size(recent.removeFirst());
    }
  }

  private static long size(ConsumerRecord<byte[], byte[]> record) {
    int key = Math.max(0, record.serializedKeySize());
    return RECORD_OVERHEAD + key + Math.max(0, record.serializedValueSize());
  }

  void remove(Follower follower) {
    List<Follower> listening = followers.get(follower.requestId());
    if (listening != null && listening.remove(follower) && listening.isEmpty()) {
      followers.remove(follower.requestId());
    }
  }

  /**
   * It is owned no more: another gateway reads it now, so it need not wait for listeners to come.
   *
   * @param longAgoNanos so long ago that a partition without listeners is left
   */
  void forgo(long longAgoNanos) {
    idleSinceNanos = longAgoNanos;
  }

  /** Forgets followers that were closed without a word, and says since when nobody listens. */
  long idleNanos(long nowNanos) {
    Iterator<List<Follower>> all = followers.values().iterator();
    while (all.hasNext()) {
      List<Follower> listening = all.next();
      listening.removeIf(Follower::isClosed);
      if (listening.isEmpty()) {
        all.remove();
      }
    }
    if (!followers.isEmpty()) {
      idleSinceNanos = nowNanos;
    }
    return nowNanos - idleSinceNanos;
  }

  List<Follower> all() {
    return followers.values().stream().flatMap(List::stream).toList();
  }
}
