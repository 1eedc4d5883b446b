package dev.weir.simulation;

import java.util.EnumMap;
import java.util.Map;

/** How often what happened. Not safe for use by several threads. */
public final class Statistics {
  private final long[] counts = new long[Occurrence.values().length];
  private long schedules;
  private long happenings;

  void count(Occurrence occurrence) {
    counts[occurrence.ordinal()]++;
  }

  void count(Occurrence occurrence, int times) {
    counts[occurrence.ordinal()] += times;
  }

  void ended(long newHappenings) {
    schedules++;
    happenings += newHappenings;
  }

  /** Counts what another one has counted. */
  public void add(Statistics other) {
    for (int i = 0; i < counts.length; i++) {
      counts[i] += other.counts[i];
    }
    schedules += other.schedules;
    happenings += other.happenings;
  }

  public long of(Occurrence occurrence) {
    return counts[occurrence.ordinal()];
  }

  /** Schedules that came to their end. */
  public long schedules() {
    return schedules;
  }

  /** Things that happened in them. */
  public long happenings() {
    return happenings;
  }

  /** All of them, in the order of the enum. */
  public Map<Occurrence, Long> all() {
    Map<Occurrence, Long> all = new EnumMap<>(Occurrence.class);
    for (Occurrence occurrence : Occurrence.values()) {
      all.put(occurrence, of(occurrence));
    }
    return all;
  }
}
