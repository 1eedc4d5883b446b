package dev.weir.stream;

import java.time.Duration;

/** A request that cannot be taken now. */
public final class OverloadedException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final Duration retryAfter;

  public OverloadedException(String message, Duration retryAfter) {
    super(message);
    this.retryAfter = retryAfter;
  }

  public Duration retryAfter() {
    return retryAfter;
  }
}
