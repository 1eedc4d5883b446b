package dev.weir.simulation;

import dev.weir.proto.InvalidRequestException;
import dev.weir.stream.Generator;
import dev.weir.stream.OverloadedException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** The engine of one worker: it has room for some requests, and others wait. */
final class SimulatedGenerator {
  final SimulatedWorker worker;
  final Cluster cluster;
  private final int room;
  private final List<SimulatedJob> running = new ArrayList<>();
  private final ArrayDeque<SimulatedJob> waiting = new ArrayDeque<>();

  SimulatedGenerator(SimulatedWorker worker, int room) {
    this.worker = worker;
    this.cluster = worker.cluster;
    this.room = room;
  }

  /** As one slot uses it. */
  Generator of(SimulatedSlot slot) {
    return (request, _, sink) -> begin(slot, cluster.plan(request.getId()), sink);
  }

  private SimulatedJob begin(SimulatedSlot slot, RequestPlan plan, Generator.Sink sink) {
    boolean first = plan.failures == 0;
    switch (plan.kind) {
      case REFUSED -> throw new InvalidRequestException("prompt", "simulated", "it is wrong");
      case BREAKS -> throw failure(slot, plan);
      case BREAKS_ONCE -> {
        if (first) {
          throw failure(slot, plan);
        }
      }
      case OVERLOADED -> {
        if (first) {
          plan.failures++;
          throw new OverloadedException("full", Duration.ofMillis(cluster.dice.below(300)));
        }
      }
      case TEXT, IMAGE, INVALID, FAILS, FAILS_ONCE, THROWS_ONCE -> {}
    }
    SimulatedJob job = new SimulatedJob(this, slot, plan, sink);
    if (running.size() < room) {
      running.add(job);
      job.admitted();
    } else {
      waiting.add(job);
    }
    return job;
  }

  /** A failure that the request is to blame for. */
  IllegalStateException failure(SimulatedSlot slot, RequestPlan plan) {
    slot.generatorFailed();
    plan.failures++;
    plan.returns++;
    cluster.note(() -> "the generator of " + worker.name + " fails at " + plan.id);
    return new IllegalStateException("it fails on purpose");
  }

  /** A job has ended, or was dropped. */
  void left(SimulatedJob job) {
    waiting.remove(job);
    if (running.remove(job) && running.size() < room) {
      SimulatedJob next = waiting.poll();
      if (next != null) {
        running.add(next);
        worker.in(1, next::admitted);
      }
    }
  }

  /** Whether a request has a place in it. */
  boolean runs(RequestPlan plan) {
    for (SimulatedJob job : running) {
      if (job.plan == plan) {
        return true;
      }
    }
    return false;
  }
}
