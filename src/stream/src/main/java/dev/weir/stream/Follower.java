package dev.weir.stream;

import dev.weir.stream.LogReader.LogListener;
import dev.weir.stream.LogReader.Place;
import dev.weir.stream.LogReader.Reading;
import dev.weir.stream.StreamReader.StreamFailure;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One reading and where it stands. At any time one thread has it: the live reader, a catch-up
 * reader, or a queue between them. Only {@link #close} may be called by others.
 */
final class Follower implements Reading {
  private static final Logger log = LoggerFactory.getLogger(Follower.class);

  private final String requestId;
  private final LogListener listener;
  private final Consumer<Follower> onClose;

  /** A time to begin at; null once {@code next} is known. */
  private Place.@Nullable Since since;

  private boolean mustExist;
  private int partition = -1;
  private long start;

  /** Offset of the next record to be seen. */
  private long next;

  /** True once {@code next} is known to lie in the log. */
  private boolean checked;

  private boolean failing;
  private long failingSinceNanos;
  private final AtomicBoolean closed = new AtomicBoolean();

  Follower(String requestId, Place place, LogListener listener, Consumer<Follower> onClose) {
    this.requestId = requestId;
    this.listener = listener;
    this.onClose = onClose;
    go(place);
  }

  private void go(Place place) {
    checked = false;
    switch (place) {
      case Place.At at -> {
        resolve(at.partition(), at.offset());
        mustExist = at.mustExist();
      }
      case Place.Since time -> since = time;
    }
  }

  String requestId() {
    return requestId;
  }

  Place.@Nullable Since since() {
    return since;
  }

  /** The place to begin at was found. */
  void resolve(int partition, long offset) {
    this.partition = partition;
    this.start = offset;
    this.next = offset;
    this.since = null;
    this.mustExist = false;
  }

  /**
   * Whether the log ends before what was read of it: records are gone that others may still have.
   */
  boolean isBeyond(long end) {
    return checked && next > end;
  }

  /**
   * Whether its place lies in the log, which is kept from {@code begin} and ends at {@code end}.
   */
  boolean check(long begin, long end) {
    checked = checked || (next <= end && !(mustExist && next == end));
    return checked && next >= begin;
  }

  boolean isChecked() {
    return checked;
  }

  boolean mustExist() {
    return mustExist && !checked;
  }

  @Override
  public int partition() {
    return partition;
  }

  @Override
  public long startOffset() {
    return start;
  }

  long next() {
    return next;
  }

  /** All records before an offset have been offered. */
  void passed(long offset) {
    next = Math.max(next, offset);
  }

  /** Offers a record; true if the follower goes on behind it. */
  boolean offer(LogRecord record) {
    if (closed.get()) {
      return false;
    }
    if (record.offset() < next) {
      return true;
    }
    next = record.offset() + 1;
    return tell(() -> listener.onRecord(record, this));
  }

  /** True if the follower goes on. */
  boolean caughtUp() {
    return !closed.get() && tell(() -> listener.onCaughtUp(this));
  }

  private boolean tell(Runnable call) {
    long before = next;
    try {
      call.run();
    } catch (RuntimeException e) {
      log.error("a listener of {} failed and hears nothing more", requestId, e);
      close();
    }
    return !closed.get() && since == null && next == before;
  }

  void fail(String code, String message, @Nullable Throwable cause) {
    if (closed.compareAndSet(false, true)) {
      onClose.accept(this);
      try {
        listener.onFailed(new StreamFailure(code, message, cause));
      } catch (RuntimeException e) {
        log.error("a listener of {} failed", requestId, e);
      }
    }
  }

  /** Kafka did not answer; true if that has lasted longer than the limit. */
  boolean failedFor(long nowNanos, long limitNanos) {
    if (!failing) {
      failing = true;
      failingSinceNanos = nowNanos;
    }
    return nowNanos - failingSinceNanos > limitNanos;
  }

  void answered() {
    failing = false;
  }

  @Override
  public void rewind(long offset) {
    go(new Place.At(partition, offset, false));
  }

  @Override
  public void rewindToEarliest() {
    go(new Place.Since(partition, 0));
  }

  boolean isClosed() {
    return closed.get();
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      onClose.accept(this);
    }
  }
}
