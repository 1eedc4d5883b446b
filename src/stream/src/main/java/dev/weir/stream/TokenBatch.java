package dev.weir.stream;

import dev.weir.proto.v1.Tokens;
import org.jspecify.annotations.Nullable;

/**
 * Tokens that go into one record: at once when none were sent for a while, else all that came in
 * the few milliseconds since. A record for each token would cost two to three times the bytes. A
 * stream that is faster than a record each few milliseconds waits a little longer for more: nobody
 * sees that of hundreds of tokens a second, and a record that is alone in its batch takes 190 bytes
 * and 7 for each further token.
 */
final class TokenBatch {
  private static final long SPAN_MS = 5;
  private static final long FAST_SPAN_MS = 12;

  /** So many steps in a span, 400/s, make a stream fast; fewer in a fast one, 250/s, slow again. */
  private static final int FAST_STEPS = 2;

  private static final int STILL_FAST_STEPS = 3;
  private static final int MAX_TOKENS = 256;

  private Tokens.@Nullable Builder pending;
  private long sentMs = Long.MIN_VALUE / 2;
  private long spanMs = SPAN_MS;
  private int steps;

  /** Returns a full batch to be sent before, or null. */
  @Nullable Tokens add(Tokens tokens) {
    steps++;
    if (pending == null) {
      pending = tokens.toBuilder();
      return null;
    }
    if (pending.getIdsCount() + tokens.getIdsCount() > MAX_TOKENS) {
      Tokens full = pending.build();
      pending = tokens.toBuilder();
      return full;
    }
    pending
        .addAllIds(tokens.getIdsList())
        .setText(pending.getText() + tokens.getText())
        .addAllLogprobs(tokens.getLogprobsList());
    return null;
  }

  /** When what is pending is to be sent, milliseconds since 1970 (UTC); never if nothing is. */
  long dueMs() {
    return pending == null ? Long.MAX_VALUE : sentMs + spanMs;
  }

  /** All that is pending; null if nothing is. */
  @Nullable Tokens take(long nowMs) {
    if (pending == null) {
      return null;
    }
    Tokens batch = pending.build();
    pending = null;
    sentMs = nowMs;
    spanMs = steps >= (spanMs == SPAN_MS ? FAST_STEPS : STILL_FAST_STEPS) ? FAST_SPAN_MS : SPAN_MS;
    steps = 0;
    return batch;
  }
}
