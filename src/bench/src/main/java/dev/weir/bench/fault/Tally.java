package dev.weir.bench.fault;

import java.time.LocalTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a run has counted. Safe for use by any thread. */
final class Tally implements StreamCheck.Timing {
  private static final int MOST_COMPLAINTS = 20;

  private final Map<FaultKind, Integer> faults = new EnumMap<>(FaultKind.class);
  private final Map<FaultKind, List<Double>> resumeMs = new EnumMap<>(FaultKind.class);
  private final Map<Flaw.Kind, Long> flawed = new EnumMap<>(Flaw.Kind.class);
  private final List<String> journal = new ArrayList<>();
  private final List<String> complaints = new ArrayList<>();
  private final Map<String, Integer> refusals = new LinkedHashMap<>();
  private boolean rolling;
  private long streams;
  private long readings;
  private long tokens;
  private long refused;
  private long refusedRolling;
  private long longestGapNanos;
  private long longestRollingGapNanos;
  private long longestDrainMs;

  /** A fault has happened, and what it had stopped runs again. */
  synchronized void happened(FaultKind kind) {
    faults.merge(kind, 1, Integer::sum);
  }

  /** For the log of faults. */
  synchronized void note(String what) {
    journal.add(LocalTime.now().truncatedTo(ChronoUnit.MILLIS) + " " + what);
  }

  synchronized int count(FaultKind kind) {
    return faults.getOrDefault(kind, 0);
  }

  synchronized int faults() {
    return faults.values().stream().mapToInt(Integer::intValue).sum();
  }

  /** A stream has ended, live. */
  synchronized void stream() {
    streams++;
  }

  /**
   * One reader is done with a stream.
   *
   * @param who reads which stream, in words
   */
  synchronized void reading(StreamCheck check, String who) {
    readings++;
    tokens += check.next();
    for (Flaw flaw : check.flaws()) {
      flawed.merge(flaw.kind(), (long) flaw.count(), Long::sum);
      complain(
          "%s: token %d %s (%d): %s"
              .formatted(who, flaw.token(), flaw.kind(), flaw.count(), flaw.what()));
    }
  }

  private void complain(String what) {
    journal.add(LocalTime.now().truncatedTo(ChronoUnit.MILLIS) + " FLAW " + what);
    if (complaints.size() < MOST_COMPLAINTS) {
      complaints.add(what);
    }
  }

  /** An accepted request was never to be had, or none was accepted. */
  synchronized void lostRequest(String what) {
    flawed.merge(Flaw.Kind.LOST, 1L, Long::sum);
    complain(what);
  }

  /** A request was refused, and is asked again. */
  synchronized void refused(String why) {
    refused++;
    refusedRolling += rolling ? 1 : 0;
    if (refusals.size() < MOST_COMPLAINTS || refusals.containsKey(why)) {
      refusals.merge(why, 1, Integer::sum);
    }
    journal.add(LocalTime.now().truncatedTo(ChronoUnit.MILLIS) + " refused: " + why);
  }

  @Override
  public synchronized void resumed(FaultKind after, long nanos) {
    resumeMs.computeIfAbsent(after, _ -> new ArrayList<>()).add(nanos / 1e6);
  }

  @Override
  public synchronized void gap(long nanos) {
    longestGapNanos = Math.max(longestGapNanos, nanos);
    if (rolling) {
      longestRollingGapNanos = Math.max(longestRollingGapNanos, nanos);
    }
  }

  /** A rolling restart begins or is over. */
  synchronized void rolling(boolean begins) {
    rolling = begins;
  }

  synchronized void drained(long millis) {
    longestDrainMs = Math.max(longestDrainMs, millis);
  }

  /** Whether nothing was lost, doubled or changed. */
  synchronized boolean isFlawless() {
    return flawed.isEmpty();
  }

  /** How it stands. */
  synchronized Sum sum() {
    Map<FaultKind, List<Double>> resumes = new EnumMap<>(FaultKind.class);
    resumeMs.forEach((kind, times) -> resumes.put(kind, List.copyOf(times)));
    return new Sum(
        streams,
        readings,
        tokens,
        new EnumMap<>(faults),
        flawed.getOrDefault(Flaw.Kind.LOST, 0L),
        flawed.getOrDefault(Flaw.Kind.DOUBLED, 0L),
        flawed.getOrDefault(Flaw.Kind.CHANGED, 0L),
        resumes,
        longestGapNanos / 1e6,
        longestRollingGapNanos / 1e6,
        longestDrainMs,
        refused,
        refusedRolling);
  }

  synchronized List<String> journal() {
    return List.copyOf(journal);
  }

  /** The first flaws, each with its stream. */
  synchronized List<String> complaints() {
    return List.copyOf(complaints);
  }

  /** Why requests were refused, the first reasons, and how often. */
  synchronized Map<String, Integer> refusals() {
    return new LinkedHashMap<>(refusals);
  }

  /**
   * The figures of a run.
   *
   * @param readings of streams, live and again
   * @param resumeMs from a fault to the next token of each stream that it had stopped
   * @param refused requests that were not accepted and asked again
   * @param refusedRolling those of them during a rolling restart
   */
  record Sum(
      long streams,
      long readings,
      long tokens,
      Map<FaultKind, Integer> faults,
      long lost,
      long doubled,
      long changed,
      Map<FaultKind, List<Double>> resumeMs,
      double longestGapMs,
      double longestRollingGapMs,
      long longestDrainMs,
      long refused,
      long refusedRolling) {}
}
