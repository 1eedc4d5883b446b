package dev.weir.simulation;

import dev.weir.proto.v1.Chunk;
import dev.weir.proto.v1.Position;
import dev.weir.proto.v1.Queued;
import org.jspecify.annotations.Nullable;

/** Those who ask: they write `queued`, then the request, some of them twice, and may cancel it. */
final class SimulatedPublisher {
  private final Cluster cluster;
  private int unpublished;

  SimulatedPublisher(Cluster cluster) {
    this.cluster = cluster;
  }

  /** It is published when its time comes. */
  void add(RequestPlan plan) {
    unpublished++;
    cluster.agenda.in(plan.publishAfterMs, () -> publish(plan));
  }

  /** Whether every request is in its topic, as often as it shall be. */
  boolean isDone() {
    return unpublished == 0;
  }

  private void publish(RequestPlan plan) {
    cluster.count(Occurrence.REQUESTS);
    plan.deadlineMs =
        cluster.agenda.millis()
            + (plan.deadlineAfterMs == 0 ? Schedule.DEFAULT_DEADLINE_MS : plan.deadlineAfterMs);
    if (plan.from != RequestPlan.From.ABSENT) {
      plan.queuedAt =
          cluster.log.append(
              plan.partition, plan, Chunk.newBuilder().setQueued(Queued.newBuilder()).build());
    }
    Position from = from(plan);
    cluster.agenda.in(
        cluster.dice.below(5),
        () -> {
          unpublished--;
          cluster.group.publish(plan, from, false);
        });
    if (plan.twice) {
      cluster.count(Occurrence.DUPLICATES);
      unpublished++;
      cluster.agenda.in(
          5 + cluster.dice.delay(50, 1_000),
          () -> {
            unpublished--;
            cluster.group.publish(plan, from, true);
          });
    }
    if (plan.cancelAfterMs >= 0) {
      cluster.agenda.in(plan.cancelAfterMs, () -> cluster.control.cancel(plan));
    }
  }

  private @Nullable Position from(RequestPlan plan) {
    Position.Builder from = Position.newBuilder().setPartition(plan.partition);
    return switch (plan.from) {
      case KNOWN -> from.setOffset(plan.queuedAt).build();
      case ABSENT -> null;
      case BEYOND ->
          from.setOffset(cluster.log.end(plan.partition) + cluster.dice.below(6)).build();
      case OTHER -> from.setOffset(cluster.dice.below((int) plan.queuedAt + 1)).build();
      case NO_SUCH_PARTITION -> from.setPartition(cluster.log.partitions()).setOffset(0).build();
    };
  }
}
