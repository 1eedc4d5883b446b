package dev.weir.gateway;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Waits for what another thread brings about. */
final class Eventually {
  private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(60);

  private Eventually() {}

  /** Repeats an assertion until it holds; fails as it does when it does not within a minute. */
  static void that(Runnable assertion) {
    long end = System.nanoTime() + LIMIT_NANOS;
    while (true) {
      try {
        assertion.run();
        return;
      } catch (AssertionError e) {
        if (System.nanoTime() > end) {
          throw e;
        }
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(60));
      }
    }
  }
}
