package dev.weir.simulation;

import dev.weir.stream.LogReader;
import dev.weir.stream.LogReader.LogListener;
import dev.weir.stream.LogReader.Place;
import dev.weir.stream.LogReader.Reading;
import dev.weir.stream.StreamReader.StreamFailure;

/** A reading that lags as it likes. */
final class SimulatedReading implements Reading {
  private static final int SLOW_MS = 1_500;

  private final SimulatedProcess process;
  private final SimulatedLog log;
  private final RequestPlan plan;
  private final int partition;
  private final LogListener listener;
  private boolean mustExist;
  private boolean checked;
  private long start;
  private long next;
  private boolean underWay;
  private boolean caughtUp;
  private boolean truncated;
  private boolean closed;

  SimulatedReading(
      SimulatedProcess process,
      SimulatedLog log,
      RequestPlan plan,
      int partition,
      Place place,
      LogListener listener) {
    this.process = process;
    this.log = log;
    this.plan = plan;
    this.partition = partition;
    this.listener = listener;
    switch (place) {
      case Place.At at -> {
        start = at.offset();
        mustExist = at.mustExist();
      }
      case LogReader.Place.Since _ -> checked = true; // all that is simulated is younger
    }
    next = start;
  }

  boolean isOf(RequestPlan other, int otherPartition) {
    return plan == other && partition == otherPartition;
  }

  void wake() {
    if (!underWay && !closed) {
      underWay = true;
      process.in(process.cluster.dice.delay(10, SLOW_MS), this::read);
    }
  }

  /** Brokers have lost what lies from an offset on. */
  void truncated(int where, long end) {
    if (where == partition && checked && next > end) {
      truncated = true;
      wake();
    }
  }

  private void read() {
    underWay = false;
    if (closed) {
      return;
    }
    if (truncated) {
      process.cluster.count(Occurrence.LOSSES_REPORTED);
      plan.faults++;
      fail("acknowledged records are lost");
      return;
    }
    if (!checked && (next > log.end(partition) || (mustExist && next == log.end(partition)))) {
      fail("no offset " + next);
      return;
    }
    if (!checked && !mustExist && process.cluster.dice.oneIn(4)) {
      listener.onCaughtUp(this); // one who follows the end has not got what was just written
    }
    checked = true;
    int some = 1 + process.cluster.dice.below(6);
    while (!closed && next < log.end(partition) && some > 0) {
      SimulatedLog.Entry entry = log.at(partition, next++);
      if (entry.plan == plan) {
        some--;
        listener.onRecord(entry.record, this);
      }
    }
    if (closed) {
      return;
    }
    if (next < log.end(partition)) {
      wake();
    } else if (!caughtUp || process.cluster.dice.oneIn(10)) {
      caughtUp = true;
      listener.onCaughtUp(this);
    }
  }

  private void fail(String why) {
    close();
    listener.onFailed(new StreamFailure("out_of_range", why, null));
  }

  @Override
  public void rewind(long offset) {
    start = offset;
    next = offset;
    caughtUp = false;
  }

  @Override
  public void rewindToEarliest() {
    rewind(0);
  }

  @Override
  public long startOffset() {
    return start;
  }

  @Override
  public int partition() {
    return partition;
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      log.left(this);
    }
  }
}
