package dev.weir.stream;

import java.time.InstantSource;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;

/**
 * Whether a worker takes more than it runs, so that its engine has a choice among tenants: while
 * all its slots are taken and no other worker has a free one. Safe for use by any thread.
 */
final class LookAhead {
  /** A worker that is full now and then does not join and leave its group each time. */
  private static final long IDLE_LIMIT_MS = 5_000;

  private final BooleanSupplier full;
  private final IntSupplier freeElsewhere;
  private final InstantSource clock;
  private volatile long fullAtMs = Long.MIN_VALUE / 2;

  /**
   * @param full whether this worker can run no more
   * @param freeElsewhere slots that other workers have free
   */
  LookAhead(BooleanSupplier full, IntSupplier freeElsewhere, InstantSource clock) {
    this.full = full;
    this.freeElsewhere = freeElsewhere;
    this.clock = clock;
  }

  boolean wanted() {
    if (full.getAsBoolean()) {
      fullAtMs = clock.millis();
    }
    return clock.millis() - fullAtMs <= IDLE_LIMIT_MS && freeElsewhere.getAsInt() == 0;
  }
}
