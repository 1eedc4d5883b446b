package dev.weir.engine;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How many requests an engine takes: as many as have slots and may wait, by their number and by the
 * tokens of their prompts. Safe for use by any thread; what a request was is told by the engine's.
 */
final class Places {
  private final int slots;
  private final int maxWaiting;
  private final int maxWaitingTokens;
  // requests that the engine has and that have not ended
  private final AtomicInteger taken = new AtomicInteger();
  // tokens of the prompts of those that never had a slot
  private final AtomicLong waitingTokens = new AtomicLong();
  // how long a request occupied the engine lately, seconds; written by the engine's thread
  private volatile double recentSeconds = 1;

  Places(int slots, TextEngineConfig config) {
    this.slots = slots;
    maxWaiting = config.maxWaiting();
    maxWaitingTokens = config.maxWaitingTokens();
  }

  /** Requests that the engine has at most. */
  int count() {
    return slots + maxWaiting;
  }

  /**
   * Takes a place. A single prompt is always taken, however long.
   *
   * @param tokens of its prompt
   * @throws Rejected if there is none
   */
  void take(int tokens) {
    if (taken.incrementAndGet() > count()) {
      int others = taken.decrementAndGet();
      throw new Rejected(
          "all %d slots and all %d waiting places are taken".formatted(slots, maxWaiting),
          retryAfter(others));
    }
    long queued = waitingTokens.addAndGet(tokens);
    if (queued > maxWaitingTokens && queued > tokens) {
      waitingTokens.addAndGet(-tokens);
      int others = taken.decrementAndGet();
      throw new Rejected(
          "prompts of %d tokens are waiting, and %d more are too many"
              .formatted(queued - tokens, tokens),
          retryAfter(others));
    }
  }

  /** When a place should be free: the slots end one request each in the time that one takes. */
  private Duration retryAfter(int others) {
    double seconds = recentSeconds * Math.max(1, (double) others / slots) / slots;
    return Duration.ofMillis((long) (1000 * Math.clamp(seconds, 1, 60)));
  }

  /** One has a slot for the first time. */
  void admitted(int tokens) {
    waitingTokens.addAndGet(-tokens);
  }

  /** One that had a slot has left the engine. */
  void ended(long nanosSinceAdmission) {
    taken.decrementAndGet();
    recentSeconds = 0.9 * recentSeconds + 0.1 * (nanosSinceAdmission * 1e-9);
  }

  /** One that never had a slot has left the engine. */
  void left(int tokens) {
    taken.decrementAndGet();
    waitingTokens.addAndGet(-tokens);
  }
}
