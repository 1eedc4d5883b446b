package dev.weir.bench.fault;

import dev.weir.stream.Cursor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What one reader has seen of one stream, held against what it should see. One thread reads; others
 * may ask how far it is, and mark it as hit by a fault.
 */
final class StreamCheck {
  /** Hears what a live reader's times tell. */
  interface Timing {
    Timing NONE =
        new Timing() {
          @Override
          public void resumed(FaultKind after, long nanos) {}

          @Override
          public void gap(long nanos) {}
        };

    /** A token came again after a fault that had stopped the stream. */
    void resumed(FaultKind after, long nanos);

    /** From one record of tokens to the next. */
    void gap(long nanos);
  }

  private record Hit(FaultKind kind, long nanos) {}

  private final @Nullable Expected expected;
  private final Timing timing;
  private final LongSupplier nanoTime;
  private final List<Integer> ids = new ArrayList<>();
  private final StringBuilder text = new StringBuilder();
  private final List<Flaw> flaws = new ArrayList<>();
  private long next;
  private @Nullable Cursor cursor;
  private @Nullable String reason;
  private String worker = "";
  private long lastNanos = -1;
  private @Nullable Hit hit;
  private boolean begunAgain;

  /**
   * @param expected null: whatever comes is right
   */
  StreamCheck(@Nullable Expected expected, Timing timing, LongSupplier nanoTime) {
    this.expected = expected;
    this.timing = timing;
    this.nanoTime = nanoTime;
  }

  /** A worker begins or continues the stream. */
  synchronized void onStarted(String byWorker) {
    worker = byWorker;
    begunAgain |= hit != null;
  }

  synchronized void onTokens(
      @Nullable Cursor at, long firstIndex, List<Integer> more, String released) {
    if (reason != null) {
      flaw(Flaw.Kind.DOUBLED, firstIndex, more.size(), "tokens came behind the end");
      return;
    }
    if (firstIndex > next) {
      flaw(Flaw.Kind.LOST, next, (int) (firstIndex - next), "the next one came is " + firstIndex);
    } else if (firstIndex < next) {
      flaw(Flaw.Kind.DOUBLED, firstIndex, (int) (next - firstIndex), "it was shown before");
    }
    for (int i = 0; i < more.size(); i++) {
      compare(firstIndex + i, more.get(i));
    }
    int shown = (int) Math.clamp(next - firstIndex, 0, more.size());
    ids.addAll(more.subList(shown, more.size()));
    next = Math.max(next, firstIndex + more.size());
    text.append(released);
    cursor = at;
    time();
  }

  private void compare(long index, int id) {
    if (expected == null) {
      return;
    }
    if (index >= expected.ids().size()) {
      flaw(Flaw.Kind.CHANGED, index, 1, "%d came, but there should be an end".formatted(id));
    } else if (expected.ids().get((int) index) != id) {
      flaw(
          Flaw.Kind.CHANGED,
          index,
          1,
          "%d came instead of %d".formatted(id, expected.ids().get((int) index)));
    }
  }

  private void time() {
    long now = nanoTime.getAsLong();
    if (lastNanos >= 0) {
      timing.gap(now - lastNanos);
    }
    lastNanos = now;
    if (hit != null && begunAgain) {
      timing.resumed(hit.kind(), now - hit.nanos());
      hit = null;
      begunAgain = false;
    }
  }

  /**
   * The stream has ended.
   *
   * @param why as {@code length}
   * @param total tokens before the end
   * @param released text that was held back until then
   */
  synchronized void onFinished(String why, long total, String released) {
    if (reason != null) {
      flaw(Flaw.Kind.DOUBLED, next, 1, "a second end came");
      return;
    }
    reason = why;
    text.append(released);
    hit = null;
    if (total != next) {
      flaw(
          Flaw.Kind.LOST,
          next,
          (int) Math.max(1, Math.abs(total - next)),
          "the end counts " + total);
    }
    if (expected == null) {
      return;
    }
    if (next < expected.ids().size()) {
      int missing = (int) (expected.ids().size() - next);
      flaw(Flaw.Kind.LOST, next, missing, "the end came: " + why);
    } else if (!why.equals(expected.reason())) {
      flaw(Flaw.Kind.CHANGED, next, 1, "it ended by %s, not %s".formatted(why, expected.reason()));
    }
    if (flaws.isEmpty() && !text.toString().equals(expected.text())) {
      flaw(Flaw.Kind.CHANGED, next, 1, "the ids are right, but the text is not: " + text);
    }
  }

  /** It cannot be read on: what had not come is lost. */
  synchronized void onGivenUp(String why) {
    int missing = expected == null ? 1 : (int) Math.max(1, expected.ids().size() - next);
    flaw(Flaw.Kind.LOST, next, missing, why);
  }

  private void flaw(Flaw.Kind kind, long token, int count, String what) {
    flaws.add(new Flaw(kind, token, count, what));
  }

  /** A fault stops the stream now; the first token of another attempt tells how long it took. */
  synchronized void hit(FaultKind kind) {
    if (reason == null && hit == null) {
      hit = new Hit(kind, nanoTime.getAsLong());
      begunAgain = false;
    }
  }

  /** A fault cuts the reader off now; the next token tells how long it took. */
  synchronized void cutOff(FaultKind kind) {
    hit(kind);
    begunAgain |= hit != null && hit.kind() == kind;
  }

  /** Behind what was taken last; null: nothing was. */
  synchronized @Nullable Cursor cursor() {
    return cursor;
  }

  /** How many tokens came. */
  synchronized long next() {
    return next;
  }

  synchronized boolean isFinished() {
    return reason != null;
  }

  /** Who computes it, as far as the reader knows. */
  synchronized String worker() {
    return worker;
  }

  synchronized List<Flaw> flaws() {
    return List.copyOf(flaws);
  }

  /** Seconds since the last record of tokens; 0 before the first. */
  synchronized double silentSeconds() {
    return lastNanos < 0
        ? 0
        : (nanoTime.getAsLong() - lastNanos) / (double) TimeUnit.SECONDS.toNanos(1);
  }

  /** What came, as the answer that others are held against; only when it is finished. */
  synchronized Expected asExpected() {
    if (reason == null) {
      throw new IllegalStateException("the stream has not ended");
    }
    return new Expected(ids, text.toString(), reason);
  }
}
