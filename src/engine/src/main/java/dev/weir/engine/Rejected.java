package dev.weir.engine;

import java.time.Duration;

/** Overload: the request was not taken and may be sent again later. */
public final class Rejected extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final Duration retryAfter;

  public Rejected(String message, Duration retryAfter) {
    super(message);
    this.retryAfter = retryAfter;
  }

  public Duration retryAfter() {
    return retryAfter;
  }
}
