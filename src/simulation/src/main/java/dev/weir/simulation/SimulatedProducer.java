package dev.weir.simulation;

import dev.weir.proto.v1.Chunk;
import dev.weir.stream.LogWriter.Outcome;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The producer of one worker: its records land in order, at any time, unless one fails; what is
 * acknowledged is told later.
 */
final class SimulatedProducer {
  private static final int STALL_MS = 3 * ShareGroup.LOCK_MS;

  private final SimulatedWorker worker;
  private final Cluster cluster;

  /** One for each partition of the chunk log, and one for the dead requests. */
  private final List<ArrayDeque<Send>> pipes = new ArrayList<>();

  private final boolean[] sending;
  private final long[] acknowledgedMs;

  /**
   * @param chunk null: a copy for the dead requests
   * @param told whether its writer knows of a failure already
   */
  private record Send(RequestPlan plan, @Nullable Chunk chunk, Outcome outcome, Told told) {}

  private enum Told {
    NOTHING,
    FAILURE_LATER,
    FAILURE
  }

  SimulatedProducer(SimulatedWorker worker) {
    this.worker = worker;
    this.cluster = worker.cluster;
    for (int i = 0; i <= cluster.log.partitions(); i++) {
      pipes.add(new ArrayDeque<>());
    }
    sending = new boolean[pipes.size()];
    acknowledgedMs = new long[pipes.size()];
  }

  void chunk(int partition, RequestPlan plan, Chunk chunk, Outcome outcome) {
    send(partition, plan, chunk, outcome);
  }

  void bury(RequestPlan plan, Outcome outcome) {
    send(pipes.size() - 1, plan, null, outcome);
  }

  private void send(int pipe, RequestPlan plan, @Nullable Chunk chunk, Outcome outcome) {
    Told told = Told.NOTHING;
    if (cluster.faults.strikes(Fault.SEND_FAILS)) {
      cluster.count(Occurrence.SENDS_FAILED);
      plan.faults++;
      cluster.note(() -> "a send of " + plan.id + " by " + worker.name + " will fail");
      fail(outcome, 200);
      return;
    }
    if (cluster.faults.strikes(Fault.SEND_UNSURE)) {
      told = Told.FAILURE_LATER;
    } else if (cluster.faults.strikes(Fault.SEND_UNSURE_LATE)) {
      told = Told.FAILURE;
      fail(outcome, 50);
    }
    if (told != Told.NOTHING) {
      cluster.count(Occurrence.SENDS_UNSURE);
      plan.faults++;
      cluster.note(() -> "a send of " + plan.id + " by " + worker.name + " is unsure");
    }
    pipes.get(pipe).add(new Send(plan, chunk, outcome, told));
    int delay = told == Told.FAILURE ? STALL_MS : 10;
    if (cluster.faults.strikes(Fault.SEND_STALLS)) {
      cluster.count(Occurrence.SENDS_STALLED);
      delay = STALL_MS;
    }
    pump(pipe, delay);
  }

  private void fail(Outcome outcome, int withinMs) {
    worker.in(
        1 + cluster.dice.below(withinMs),
        () -> outcome.onDone(-1, new IllegalStateException("no answer")));
  }

  private void pump(int pipe, int withinMs) {
    if (!sending[pipe] && !pipes.get(pipe).isEmpty()) {
      sending[pipe] = true;
      cluster.agenda.in(1 + cluster.dice.below(withinMs), () -> lands(pipe));
    }
  }

  private void lands(int pipe) {
    if (cluster.isRestarting()) {
      cluster.agenda.in(1 + cluster.dice.below(20), () -> lands(pipe));
      return;
    }
    sending[pipe] = false;
    Send send = pipes.get(pipe).poll();
    if (send == null) {
      return;
    }
    long offset = land(pipe, send);
    switch (send.told()) {
      case NOTHING -> acknowledge(pipe, send.outcome(), offset);
      case FAILURE_LATER -> fail(send.outcome(), 50);
      case FAILURE -> {}
    }
    pump(pipe, 10);
  }

  private long land(int pipe, Send send) {
    if (send.chunk() != null) {
      return cluster.log.append(pipe, send.plan(), send.chunk());
    }
    cluster.count(Occurrence.DEAD);
    cluster.note(() -> send.plan().id + " is copied to the dead");
    send.plan().buried = true;
    return 0;
  }

  /** In the order in which they landed. */
  private void acknowledge(int pipe, Outcome outcome, long offset) {
    long now = cluster.agenda.millis();
    long at = Math.max(acknowledgedMs[pipe], now + cluster.dice.delay(8, 2_000) - 1);
    acknowledgedMs[pipe] = at;
    worker.in(at - now, () -> outcome.onDone(offset, null));
  }

  /** Its process is dead: the first ones of what is under way land, later perhaps. */
  void die() {
    for (int i = 0; i < pipes.size(); i++) {
      ArrayDeque<Send> pipe = pipes.get(i);
      int kept = cluster.dice.below(pipe.size() + 1);
      Iterator<Send> sends = pipe.iterator();
      for (int n = 0; sends.hasNext(); n++) {
        Send send = sends.next();
        if (n >= kept) {
          sends.remove();
        }
      }
    }
  }

  /** Of which requests something is under way. */
  void charge(List<RequestPlan> plans) {
    for (ArrayDeque<Send> pipe : pipes) {
      for (Send send : pipe) {
        if (!plans.contains(send.plan())) {
          plans.add(send.plan());
        }
      }
    }
  }
}
