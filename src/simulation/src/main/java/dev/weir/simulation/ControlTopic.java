package dev.weir.simulation;

import java.util.ArrayList;
import java.util.List;

/** The cancellations, in order, as each worker reads them. */
final class ControlTopic {
  private record Cancel(RequestPlan plan, long timeMs) {}

  private final Cluster cluster;
  private final List<Cancel> cancels = new ArrayList<>();
  private final List<SimulatedWorker> workers = new ArrayList<>();

  ControlTopic(Cluster cluster) {
    this.cluster = cluster;
  }

  void cancel(RequestPlan plan) {
    plan.cancelled = true;
    cluster.note(() -> plan.id + " is cancelled");
    Cancel cancel = new Cancel(plan, cluster.agenda.millis());
    cancels.add(cancel);
    for (SimulatedWorker worker : workers) {
      send(worker, cancel);
    }
  }

  private static void send(SimulatedWorker worker, Cancel cancel) {
    worker.afterControl(() -> worker.cancelled(cancel.plan(), cancel.timeMs()));
  }

  /** A worker reads it whole, and says when it has come to its end. */
  void follow(SimulatedWorker worker) {
    workers.removeIf(SimulatedProcess::isDead);
    workers.add(worker);
    for (Cancel cancel : cancels) {
      send(worker, cancel);
    }
    worker.afterControl(worker::ready);
  }
}
