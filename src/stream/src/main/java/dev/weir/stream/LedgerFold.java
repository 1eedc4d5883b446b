package dev.weir.stream;

import com.google.protobuf.ByteString;
import dev.weir.proto.v1.Chunk;
import dev.weir.proto.v1.Finished;
import dev.weir.proto.v1.Queued;
import dev.weir.proto.v1.Started;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the ledger makes of one partition of the chunk log: it applies the rule to each request in
 * it and gives one result for each `finished` that counts. Its state is plain data, to be kept in
 * one transaction with the results and the position in the log.
 *
 * <pre>
 *   (unknown) ── queued or started ──▶ OPEN ── finished that counts ──▶ CLOSED: one result
 *                                      │  ▲                               │
 *                                      └──┘ other records                 └─ all records: nothing
 * </pre>
 *
 * <p>It has no thread and no clock. Not safe for use by several threads.
 */
public final class LedgerFold {
  private final Duration defaultDeadline;
  private final Map<String, Open> open;
  private final Map<String, Long> closed;

  /**
   * A request without an end.
   *
   * @param attempt the current one; empty before the first
   * @param next how many tokens (image parts) count so far
   * @param firstOffset of the first record that counts for the output; -1 before it
   * @param lastOffset of the last one: what the result says is read again from these
   * @param startedMs when the first attempt began; 0 before it
   * @param deadlineMs by which it should have ended
   * @param attempts how many there were
   */
  public record Open(
      ByteString attempt,
      long next,
      long firstOffset,
      long lastOffset,
      String model,
      String tenant,
      long createdMs,
      long startedMs,
      long deadlineMs,
      int attempts) {

    private Open started(Started by, long deadline) {
      return new Open(
          attempt,
          next,
          firstOffset,
          lastOffset,
          by.getModel(),
          by.getTenant(),
          by.getCreatedMs(),
          startedMs == 0 ? by.getStartedMs() : startedMs,
          deadline,
          attempts + 1);
    }

    private Open behind(StreamRule rule, long offset, boolean output) {
      return new Open(
          rule.attempt(),
          rule.next(),
          output && firstOffset < 0 ? offset : firstOffset,
          output ? offset : lastOffset,
          model,
          tenant,
          createdMs,
          startedMs,
          deadlineMs,
          attempts);
    }
  }

  /**
   * A request that has ended: one result is to be written.
   *
   * @param offset of its `finished`
   * @param finishedMs when the broker appended that
   */
  public record Closing(
      String requestId, Open request, Finished finished, long offset, long finishedMs) {}

  /**
   * All that it knows.
   *
   * @param closed ids of ended requests, with the time of their end, the oldest first
   */
  public record State(Map<String, Open> open, Map<String, Long> closed) {
    /** Of a log that was never read. */
    public static final State EMPTY = new State(Map.of(), Map.of());
  }

  /**
   * Goes on from a state.
   *
   * @param defaultDeadline of requests that name none
   */
  public LedgerFold(State state, Duration defaultDeadline) {
    this.defaultDeadline = defaultDeadline;
    this.open = new LinkedHashMap<>(state.open());
    this.closed = new LinkedHashMap<>(state.closed());
  }

  /** A copy of all that it knows. */
  public State state() {
    return new State(new LinkedHashMap<>(open), new LinkedHashMap<>(closed));
  }

  /** Takes the next record of the partition; null unless it ends a request. */
  public @Nullable Closing apply(String requestId, LogRecord record) {
    if (closed.containsKey(requestId)) {
      return null; // a late attempt would else look like a new request
    }
    Chunk chunk = record.chunk();
    Open before = open.get(requestId);
    if (before == null) {
      before = begun(record);
    }
    StreamRule rule = StreamRule.at(before.attempt(), before.next());
    StreamRule.Verdict verdict = rule.apply(chunk);
    if (verdict == StreamRule.Verdict.STARTED) {
      Started started = chunk.getStarted();
      before = before.started(started, deadline(started.getDeadlineMs(), before.deadlineMs()));
    }
    Open now = before.behind(rule, record.offset(), verdict == StreamRule.Verdict.NEXT);
    if (verdict != StreamRule.Verdict.FINISHED) {
      open.put(requestId, now);
      return null;
    }
    open.remove(requestId);
    closed.put(requestId, record.appendMs());
    return new Closing(requestId, now, chunk.getFinished(), record.offset(), record.appendMs());
  }

  private Open begun(LogRecord record) {
    Queued queued = record.chunk().getQueued();
    long byDefault = record.appendMs() + defaultDeadline.toMillis();
    return new Open(
        ByteString.EMPTY,
        0,
        -1,
        -1,
        queued.getModel(),
        queued.getTenant(),
        queued.getCreatedMs(),
        0,
        deadline(queued.getDeadlineMs(), byDefault),
        0);
  }

  private static long deadline(long named, long otherwise) {
    return named > 0 ? named : otherwise;
  }

  /** Requests that should have ended a while before a time: no worker is going to end them. */
  public List<String> overdue(long nowMs, Duration grace) {
    List<String> overdue = new ArrayList<>();
    for (Map.Entry<String, Open> entry : open.entrySet()) {
      if (nowMs > entry.getValue().deadlineMs() + grace.toMillis()) {
        overdue.add(entry.getKey());
      }
    }
    return overdue;
  }

  /** What it knows of an open request; null if that is closed, or unknown. */
  public @Nullable Open open(String requestId) {
    return open.get(requestId);
  }

  /** Forgets the ids that ended before a time: no chunk of theirs is kept any longer. */
  public void forget(long beforeMs) {
    Iterator<Long> oldest = closed.values().iterator();
    while (oldest.hasNext() && oldest.next() < beforeMs) {
      oldest.remove();
    }
  }
}
