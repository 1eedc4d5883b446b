package dev.weir.simulation;

import dev.weir.proto.v1.Chunk;
import dev.weir.stream.LogReader;
import dev.weir.stream.LogRecord;
import dev.weir.stream.RequestIds;
import java.util.ArrayList;
import java.util.List;

/** The chunk log: partitions in which records lie in the order in which they came. */
final class SimulatedLog {
  private final Cluster cluster;
  private final List<List<Entry>> partitions = new ArrayList<>();
  private final List<SimulatedReading> readings = new ArrayList<>();

  /** A record as it lies there. */
  static final class Entry {
    final LogRecord record;
    final RequestPlan plan;

    /** By the truth. */
    final boolean counts;

    Entry(LogRecord record, RequestPlan plan, boolean counts) {
      this.record = record;
      this.plan = plan;
      this.counts = counts;
    }
  }

  SimulatedLog(Cluster cluster, int partitions) {
    this.cluster = cluster;
    for (int i = 0; i < partitions; i++) {
      this.partitions.add(new ArrayList<>());
    }
  }

  int partitions() {
    return partitions.size();
  }

  long end(int partition) {
    return partitions.get(partition).size();
  }

  Entry at(int partition, long offset) {
    return partitions.get(partition).get((int) offset);
  }

  long append(int partition, RequestPlan plan, Chunk chunk) {
    List<Entry> entries = partitions.get(partition);
    long now = cluster.agenda.millis();
    if (chunk.hasStarted()) {
      cluster.count(Occurrence.ATTEMPTS);
      if (plan.truth.isOpen()) {
        cluster.count(Occurrence.DISPLACED);
      }
    }
    boolean counts = plan.truth.take(chunk, now);
    if (!counts && !chunk.hasQueued()) {
      cluster.count(Occurrence.DROPPED_RECORDS);
    }
    long offset = entries.size();
    cluster.note(() ->
        "log %d-%d %s %s%s"
            .formatted(partition, offset, plan.id, Words.of(chunk), counts ? "" : " (dropped)"));
    entries.add(new Entry(new LogRecord(partition, offset, now, chunk), plan, counts));
    for (SimulatedReading reading : readings) {
      if (reading.isOf(plan, partition)) {
        reading.wake();
      }
    }
    cluster.wakeLedger(partition);
    return offset;
  }

  /** The log as one process reads it. */
  LogReader reader(SimulatedProcess process) {
    return (requestId, start, listener) -> {
      int partition =
          switch (start) {
            case LogReader.Place.At at -> at.partition();
            case LogReader.Place.Since since ->
                since.partition() >= 0
                    ? since.partition()
                    : RequestIds.partition(requestId, partitions.size());
          };
      SimulatedReading reading =
          new SimulatedReading(process, this, cluster.plan(requestId), partition, start, listener);
      readings.add(reading);
      reading.wake();
      return reading;
    };
  }

  void left(SimulatedReading reading) {
    readings.remove(reading);
  }

  boolean isFollowed() {
    return !readings.isEmpty();
  }

  /** Brokers lose the last records of a partition. */
  void lose(int partition, int count) {
    List<Entry> entries = partitions.get(partition);
    int end = Math.max(0, entries.size() - count);
    if (end == entries.size()) {
      return;
    }
    cluster.count(Occurrence.LOSSES);
    cluster.note(() -> "brokers lose %d-%d and what lies behind".formatted(partition, end));
    List<Entry> kept = new ArrayList<>(entries.subList(0, end));
    for (RequestPlan plan : cluster.plans) {
      if (plan.partition == partition) {
        plan.lost = true;
        plan.endLost |= plan.truth.end() != null;
        plan.faults += 2;
      }
    }
    cluster.lost(partition, end);
    for (RequestPlan plan : cluster.plans) {
      if (plan.partition == partition) {
        plan.truth.forget();
      }
    }
    entries.clear();
    for (Entry entry : kept) {
      boolean counts = entry.plan.truth.take(entry.record.chunk(), entry.record.appendMs());
      entries.add(new Entry(entry.record, entry.plan, counts));
    }
    for (SimulatedReading reading : List.copyOf(readings)) {
      reading.truncated(partition, end);
    }
  }
}
