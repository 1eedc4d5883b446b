package dev.weir.stream;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Which requests were cancelled. Safe for use by any thread. */
public interface Cancellations {
  /** Why a request was cancelled; null if it was not. */
  @Nullable String reason(String requestId);

  /** Calls back, once, when a request is cancelled, now or later; on any thread. */
  Watch watch(String requestId, Consumer<String> onCancelled);

  /** An interest. */
  interface Watch extends AutoCloseable {
    @Override
    void close();
  }
}
