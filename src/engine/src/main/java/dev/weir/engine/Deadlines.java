package dev.weir.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who is past its deadline. A sequence that has not been told to proceed is left alone: how many
 * tokens its output has is not known yet.
 */
final class Deadlines {
  // no deadline behind it matters to a schedule; nanoseconds overflow after 292 years
  private static final Duration LONG = Duration.ofDays(1);

  private final EngineClock clock;
  private final Scheduler scheduler;
  // no sequence that proceeds has an earlier one: until then, nobody needs to be looked at
  private Instant earliest = Instant.MAX;

  Deadlines(EngineClock clock, Scheduler scheduler) {
    this.clock = clock;
    this.scheduler = scheduler;
  }

  /** A sequence proceeds from now on. */
  void proceeds(Sequence sequence) {
    Instant deadline = sequence.request.deadline();
    if (deadline.isBefore(earliest)) {
      earliest = deadline;
    }
  }

  /** Those that proceed and are late now. */
  List<Sequence> late() {
    Instant now = clock.now();
    if (now.isBefore(earliest)) {
      return List.of();
    }
    List<Sequence> late = new ArrayList<>();
    earliest = Instant.MAX;
    scheduler.forEach(sequence -> {
      if (sequence.proceeded()) {
        if (isLate(sequence, now)) {
          late.add(sequence);
        } else {
          proceeds(sequence);
        }
      }
    });
    return late;
  }

  static boolean isLate(Sequence sequence, Instant now) {
    return !now.isBefore(sequence.request.deadline());
  }

  /** Of those that proceed; null if there is none. Walks over all: for a thread that idles. */
  @Nullable Instant next() {
    earliest = Instant.MAX;
    boolean[] any = {false};
    scheduler.forEach(sequence -> {
      if (sequence.proceeded()) {
        any[0] = true;
        proceeds(sequence);
      }
    });
    return any[0] ? earliest : null;
  }

  /** What is left from now on. */
  Scheduler.TimeLeft timeLeft() {
    Instant now = clock.now();
    return sequence -> {
      Duration left = Duration.between(now, sequence.request.deadline());
      return left.compareTo(LONG) > 0 ? Long.MAX_VALUE : left.toNanos();
    };
  }
}
