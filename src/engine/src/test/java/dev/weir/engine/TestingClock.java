package dev.weir.engine;

import java.time.Duration;
import java.time.Instant;

/** A clock that tests set. */
final class TestingClock implements EngineClock {
  private volatile Instant now = Instant.parse("2026-01-01T00:00:00Z");

  void advance(Duration duration) {
    now = now.plus(duration);
  }

  @Override
  public Instant now() {
    return now;
  }

  @Override
  public long nanoTime() {
    return now.getEpochSecond() * 1_000_000_000 + now.getNano();
  }
}
