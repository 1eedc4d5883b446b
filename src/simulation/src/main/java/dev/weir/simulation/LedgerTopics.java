package dev.weir.simulation;

import dev.weir.stream.LedgerFold;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What brokers keep for the ledger: its state, its position and its results. A transaction changes
 * all of them or none, and only that of the newest instance counts.
 */
final class LedgerTopics implements LedgerStore {
  private final Cluster cluster;
  private final LedgerFold.State[] states;
  private final long[] positions;
  private final Map<RequestPlan, LedgerFold.Closing> results = new HashMap<>();
  private int epoch;

  LedgerTopics(Cluster cluster) {
    this.cluster = cluster;
    this.states = new LedgerFold.State[cluster.log.partitions()];
    this.positions = new long[states.length];
    for (int i = 0; i < states.length; i++) {
      states[i] = LedgerFold.State.EMPTY;
    }
  }

  /** An instance begins; those before it are fenced from now on. */
  int begin() {
    return ++epoch;
  }

  LedgerFold.State state(int partition) {
    return states[partition];
  }

  long position(int partition) {
    return positions[partition];
  }

  @Override
  public boolean commit(int instance, Work work) {
    if (instance != epoch) {
      cluster.count(Occurrence.LEDGERS_FENCED);
      return false;
    }
    states[work.partition()] = work.state();
    positions[work.partition()] = work.position();
    write(work.results());
    return true;
  }

  @Override
  public void write(List<LedgerFold.Closing> closings) {
    for (LedgerFold.Closing closing : closings) {
      RequestPlan plan = cluster.plan(closing.requestId());
      cluster.note(() -> "the result of " + plan.id + " is written");
      cluster.count(Occurrence.RESULTS);
      if (results.put(plan, closing) != null && !plan.lost) {
        throw new Violation(plan + " has two results");
      }
    }
  }

  boolean hasResult(RequestPlan plan) {
    return results.containsKey(plan);
  }

  /** Whether the result says what readers were shown. */
  void check(RequestPlan plan) {
    LedgerFold.Closing result = results.get(plan);
    var end = plan.truth.end();
    if (result == null || end == null || plan.lost) {
      return;
    }
    if (!result.finished().equals(end) || result.request().next() != plan.truth.taken()) {
      throw new Violation(plan + " has a result that is not what its stream says");
    }
    List<SimulatedLog.Entry> shown = new ArrayList<>();
    for (long at = Math.max(0, result.request().firstOffset());
        at <= result.request().lastOffset();
        at++) {
      SimulatedLog.Entry entry = cluster.log.at(plan.partition, at);
      boolean output = entry.record.chunk().hasTokens() || entry.record.chunk().hasImage();
      if (entry.plan == plan && entry.counts && output) {
        shown.add(entry);
      }
    }
    long count =
        shown.stream()
            .mapToLong(e -> plan.isImage() ? 1 : e.record.chunk().getTokens().getIdsCount())
            .sum();
    if (count != plan.truth.taken()) {
      throw new Violation(plan + " has a result whose place in the log is not that of its output");
    }
  }
}
