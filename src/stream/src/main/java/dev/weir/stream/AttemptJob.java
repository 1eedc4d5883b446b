package dev.weir.stream;

import dev.weir.proto.InvalidRequestException;
import dev.weir.proto.v1.FinishReason;
import dev.weir.proto.v1.Finished;
import dev.weir.proto.v1.Tokens;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a generator does for an attempt. It may be asked to end, and then has to within a time. For
 * use by the attempt's thread.
 */
final class AttemptJob {
  /** How long a generator may take to end what was cancelled. */
  private static final long CANCEL_LIMIT_MS = 5_000;

  /** Records of a generator that wait for the attempt's thread. */
  private static final int MAX_MADE = 65_536;

  private final AtomicInteger made = new AtomicInteger();
  private Generator.@Nullable Job job;
  private FinishReason endBy = FinishReason.FINISH_REASON_UNSPECIFIED;
  private long limitMs = Long.MAX_VALUE;

  /**
   * Gives the request to the generator.
   *
   * @param deadlineMs by which it has to end, milliseconds since 1970 (UTC)
   * @throws InvalidRequestException if the request is wrong
   * @throws OverloadedException if it cannot be taken now
   */
  void begin(
      Generator generator, Delivery delivery, long deadlineMs, Consumer<AttemptEvent> events) {
    AttemptSink sink = new AttemptSink(made, MAX_MADE, events);
    job = generator.begin(delivery.request(), delivery.headers().withDeadline(deadlineMs), sink);
  }

  boolean isOpen() {
    return job != null;
  }

  /** Lets the output begin behind what was emitted before. */
  void proceed(List<Tokens> emitted, long nextIndex) {
    if (job == null) {
      throw new IllegalStateException("there is no job to proceed");
    }
    job.proceed(emitted, nextIndex);
  }

  /** A record that it made has come; it waits no longer. */
  void taken() {
    made.decrementAndGet();
  }

  /** Asks it to end, unless it was asked before. */
  void cancel(FinishReason reason, long nowMs) {
    if (!isAskedToEnd() && job != null) {
      endBy = reason;
      limitMs = nowMs + CANCEL_LIMIT_MS;
      job.cancel();
    }
  }

  boolean isAskedToEnd() {
    return endBy != FinishReason.FINISH_REASON_UNSPECIFIED;
  }

  /** Why it was asked to end. */
  FinishReason endBy() {
    return endBy;
  }

  /** When it must have ended, milliseconds since 1970 (UTC); never unless it was asked to. */
  long limitMs() {
    return limitMs;
  }

  /** It has ended; it knows of a cancel, but not of its reason. */
  Finished ended(Finished finished) {
    job = null;
    boolean asked = isAskedToEnd() && finished.getReason() == FinishReason.FINISH_REASON_CANCELLED;
    return asked ? finished.toBuilder().setReason(endBy).build() : finished;
  }

  /** Nothing is wanted of it any more. */
  void drop() {
    limitMs = Long.MAX_VALUE;
    if (job != null) {
      job.abandon();
      job = null;
    }
  }
}
