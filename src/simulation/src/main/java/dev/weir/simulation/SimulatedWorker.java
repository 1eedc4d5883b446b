package dev.weir.simulation;

import dev.weir.stream.CancelledRequests;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A worker's process: its slots, its producer, its generator, and what it knows of the control. */
final class SimulatedWorker extends SimulatedProcess {
  private static final int MAX_PAUSE_MS = 3 * ShareGroup.LOCK_MS;

  /** By when a cancellation has freed what it cancels. */
  static final long CANCEL_LIMIT_MS = 50;

  final SimulatedProducer producer;
  final SimulatedGenerator generator;
  final CancelledRequests cancelled;
  private final int number;
  private final List<SimulatedSlot> slots = new ArrayList<>();
  private final Map<RequestPlan, Long> heardMs = new HashMap<>();
  private long controlMs;
  private boolean ready;
  private boolean closing;

  SimulatedWorker(Cluster cluster, int number, int incarnation) {
    super(cluster, "w" + number + "." + incarnation);
    this.number = number;
    producer = new SimulatedProducer(this);
    generator = new SimulatedGenerator(this, cluster.schedule.room());
    cancelled = new CancelledRequests(cluster.agenda);
    for (int i = 0; i < cluster.schedule.slots(); i++) {
      slots.add(new SimulatedSlot(this, i));
    }
    cluster.control.follow(this);
  }

  /** Does what the reading of the control topic leads to, in its order. */
  void afterControl(Runnable step) {
    long now = cluster.agenda.millis();
    controlMs = Math.max(controlMs, now + cluster.dice.delay(20, 800));
    in(controlMs - now, step);
  }

  void ready() {
    ready = true;
    slots.forEach(SimulatedSlot::look);
  }

  boolean takes() {
    return ready && !closing;
  }

  void cancelled(RequestPlan plan, long timeMs) {
    cluster.note(() -> name + " hears that " + plan.id + " is cancelled");
    cancelled.cancel(plan.id, "simulated", timeMs);
    heardMs.put(plan, cluster.agenda.millis());
    long nowMs = cluster.agenda.millis();
    in(CANCEL_LIMIT_MS, () -> checkFree(plan, nowMs));
  }

  private void checkFree(RequestPlan plan, long sinceMs) {
    if (!generator.runs(plan)) {
      return;
    }
    if (awakeMs(sinceMs) >= CANCEL_LIMIT_MS) {
      throw new Violation(plan + " was cancelled and still has its place in " + name);
    }
    in(CANCEL_LIMIT_MS, () -> checkFree(plan, sinceMs));
  }

  /** When it heard that a request is cancelled; null: it has not. */
  @Nullable Long heardMs(RequestPlan plan) {
    return heardMs.get(plan);
  }

  @Override
  boolean mayFail() {
    if (cluster.faults.strikes(Fault.CRASH)) {
      cluster.count(Occurrence.CRASHES);
      crash();
      return true;
    }
    if (cluster.faults.strikes(Fault.PAUSE)) {
      cluster.count(Occurrence.PAUSES);
      long ms = cluster.dice.between(1, MAX_PAUSE_MS);
      cluster.note(() -> name + " stands still for " + ms + " ms");
      charge();
      pause(ms);
      return true;
    }
    if (cluster.faults.strikes(Fault.HAND_OVER)) {
      cluster.count(Occurrence.HAND_OVERS);
      close();
    }
    return false;
  }

  private void crash() {
    cluster.note(() -> name + " dies");
    charge();
    die();
    producer.die();
    cluster.startWorker(number, cluster.dice.delay(300, 3_000));
  }

  /** What holds or writes something here may need two attempts more. */
  private void charge() {
    List<RequestPlan> plans = new ArrayList<>();
    producer.charge(plans);
    slots.forEach(slot -> slot.charge(plans));
    plans.forEach(plan -> plan.faults++);
  }

  void lost(int partition, long end) {
    slots.forEach(slot -> slot.lost(partition, end));
  }

  /** As on SIGTERM: nothing is taken, and what runs is handed over after a while. */
  private void close() {
    cluster.note(() -> name + " closes");
    closing = true;
    charge();
    slots.forEach(SimulatedSlot::stopTaking);
    in(cluster.dice.below(400), () -> slots.forEach(SimulatedSlot::handOver));
    cluster.startWorker(number, cluster.dice.delay(300, 3_000));
  }
}
