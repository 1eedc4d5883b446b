package dev.weir.engine;

import java.time.Instant;

/** The time, so that tests can make it. */
public interface EngineClock {
  /** The wall clock: for deadlines and times of birth. */
  Instant now();

  /** Nanoseconds since any fixed moment: for durations, because it never jumps. */
  long nanoTime();

  /** The machine's own. */
  EngineClock SYSTEM =
      new EngineClock() {
        @Override
        public Instant now() {
          return Instant.now();
        }

        @Override
        public long nanoTime() {
          return System.nanoTime();
        }
      };
}
