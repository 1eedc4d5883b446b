package dev.weir.stream;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The requests that were cancelled, as far as the control log has been read: who tells of a
 * cancellation, and who wants to hear of it. Safe for use by any thread.
 */
public final class CancelledRequests implements Cancellations {
  private static final int MAX_KEPT = 200_000;

  private final InstantSource clock;
  private final Map<String, List<Consumer<String>>> watches = new ConcurrentHashMap<>();
  private final Map<String, Cancelled> cancelled = new LinkedHashMap<>();

  private record Cancelled(String reason, long timeMs) {}

  /** Of none so far. */
  public CancelledRequests(InstantSource clock) {
    this.clock = clock;
  }

  @Override
  public @Nullable String reason(String requestId) {
    synchronized (cancelled) {
      Cancelled found = cancelled.get(requestId);
      return found == null ? null : found.reason();
    }
  }

  @Override
  public Watch watch(String requestId, Consumer<String> onCancelled) {
    watches.merge(requestId, List.of(onCancelled), CancelledRequests::with);
    String already = reason(requestId);
    if (already != null) {
      onCancelled.accept(already);
    }
    return () ->
        watches.computeIfPresent(
            requestId,
            (_, all) -> {
              List<Consumer<String>> left = new ArrayList<>(all);
              left.remove(onCancelled);
              return left.isEmpty() ? null : left;
            });
  }

  private static <T> List<T> with(List<T> all, List<T> more) {
    List<T> both = new ArrayList<>(all);
    both.addAll(more);
    return both;
  }

  /**
   * A cancellation was read.
   *
   * @param timeMs when it was written, milliseconds since 1970 (UTC)
   */
  public void cancel(String requestId, String reason, long timeMs) {
    synchronized (cancelled) {
      cancelled.putIfAbsent(requestId, new Cancelled(reason, timeMs));
      forget();
    }
    List<Consumer<String>> watching = watches.remove(requestId);
    if (watching != null) {
      watching.forEach(onCancelled -> onCancelled.accept(reason));
    }
  }

  /** No request outlives its life, so no cancellation has to. */
  private void forget() {
    long expired = clock.millis() - TopicPlan.LIFE.toMillis();
    Iterator<Cancelled> oldest = cancelled.values().iterator();
    while (oldest.hasNext() && (oldest.next().timeMs() < expired || cancelled.size() > MAX_KEPT)) {
      oldest.remove();
    }
  }
}
