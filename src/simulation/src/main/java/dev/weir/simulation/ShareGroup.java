package dev.weir.simulation;

import dev.weir.proto.ContentType;
import dev.weir.proto.InvalidRequestException;
import dev.weir.proto.v1.FinishReason;
import dev.weir.proto.v1.Finished;
import dev.weir.proto.v1.GenerationRequest;
import dev.weir.proto.v1.Position;
import dev.weir.stream.Delivery;
import dev.weir.stream.RequestHeaders;
import dev.weir.stream.RequestSource.Settlement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The requests as the brokers hand them out: one at a time to a slot, each under a lock, until it
 * is accepted, rejected, or was delivered too often.
 */
final class ShareGroup {
  static final int LOCK_MS = 1_000;
  private static final String TOPIC = "weir.requests.simulated";

  private final Cluster cluster;

  /** Deliveries that are not spent on a better place. */
  private static final int RESERVE = 5;

  private final int deliveryLimit;
  private final List<Request> requests = new ArrayList<>();
  private final List<SimulatedSlot> idle = new ArrayList<>();

  /** What the group knows of a record. */
  enum State {
    AVAILABLE,
    HELD,
    DONE
  }

  /** A record of the requests' topic. */
  static final class Request {
    final RequestPlan plan;
    final int offset;
    final long appendMs;
    final GenerationRequest body;
    final boolean duplicate;
    State state = State.AVAILABLE;
    @Nullable SimulatedSlot holder;
    long lockedUntilMs;

    /** As the broker counts: it begins anew when that restarts. */
    int deliveries;

    int delivered;

    Request(
        RequestPlan plan, int offset, long appendMs, GenerationRequest body, boolean duplicate) {
      this.plan = plan;
      this.offset = offset;
      this.appendMs = appendMs;
      this.body = body;
      this.duplicate = duplicate;
    }
  }

  ShareGroup(Cluster cluster, int deliveryLimit) {
    this.cluster = cluster;
    this.deliveryLimit = deliveryLimit;
  }

  /** Appends a request. */
  void publish(RequestPlan plan, @Nullable Position from, boolean duplicate) {
    GenerationRequest.Builder body =
        GenerationRequest.newBuilder().setId(plan.id).setModel("simulated");
    if (from != null) {
      body.setFrom(from);
    }
    int offset = requests.size();
    cluster.note(() -> "request " + offset + " is " + plan);
    requests.add(new Request(plan, offset, cluster.agenda.millis(), body.build(), duplicate));
    wake();
  }

  /** A slot that finds nothing hears when that changes. */
  void wake() {
    List<SimulatedSlot> all = List.copyOf(idle);
    idle.clear();
    all.forEach(SimulatedSlot::look);
  }

  /** The oldest request that is to be had. */
  @Nullable Request take(SimulatedSlot slot) {
    for (Request request : requests) {
      if (request.state == State.AVAILABLE) {
        deliver(request, slot);
        return request;
      }
    }
    idle.add(slot);
    return null;
  }

  private void deliver(Request request, SimulatedSlot slot) {
    request.state = State.HELD;
    request.holder = slot;
    request.deliveries++;
    request.delivered++;
    RequestPlan plan = request.plan;
    if (request.duplicate) {
      plan.duplicateDeliveries++; // each may displace the attempt at the first record once
    }
    int explained = plan.explainedDeliveries() - (request.duplicate ? plan.duplicateDeliveries : 0);
    if (request.delivered > explained) {
      throw new Violation(
          "%s was delivered %d times, and what happened to it explains %d"
              .formatted(plan, request.delivered, explained));
    }
    lock(request);
    cluster.note(() ->
        "request %d (%s) goes to %s, delivery %d"
            .formatted(request.offset, plan.id, slot, request.deliveries));
  }

  private void lock(Request request) {
    request.lockedUntilMs = cluster.agenda.millis() + LOCK_MS;
    SimulatedSlot slot = request.holder;
    long until = request.lockedUntilMs;
    cluster.agenda.in(
        LOCK_MS,
        () -> {
          if (request.holder == slot && request.lockedUntilMs == until) {
            cluster.count(Occurrence.EXPIRIES);
            cluster.note(() -> "the lock of request " + request.offset + " expires");
            free(request);
          }
        });
  }

  private void free(Request request) {
    request.holder = null;
    if (request.deliveries >= deliveryLimit) {
      request.state = State.DONE;
      request.plan.dropped = true;
      cluster.count(Occurrence.DROPPED);
      cluster.note(() -> "request " + request.offset + " is dropped");
    } else {
      request.state = State.AVAILABLE;
      wake();
    }
  }

  /** What a slot gets of a record. */
  Delivery delivery(Request request) {
    RequestPlan plan = request.plan;
    long deadline = plan.deadlineAfterMs == 0 ? 0 : plan.deadlineMs;
    return new Delivery(
        plan.id,
        TOPIC,
        request.offset,
        request.appendMs,
        deliveryLimit - request.deliveries,
        deliveryLimit - request.deliveries - RESERVE,
        ContentType.PROTOBUF,
        new RequestHeaders("default", deadline, 0, null, null, null),
        request.body,
        plan.kind == RequestPlan.Kind.INVALID
            ? new InvalidRequestException("prompt", "simulated", "not to be read")
            : null,
        new Delivery.Raw(null, null, List.of()));
  }

  /** Whether the brokers drop it unless this delivery ends it. */
  boolean isLast(Request request) {
    return request.deliveries >= deliveryLimit;
  }

  boolean renew(Request request, SimulatedSlot slot) {
    if (request.holder != slot) {
      return false;
    }
    if (cluster.faults.strikes(Fault.RENEWAL_LOST)) {
      cluster.count(Occurrence.RENEWALS_LOST);
      request.plan.faults++;
      cluster.note(() -> "a renewal of request " + request.offset + " is lost");
      return true; // as the product takes what has no answer
    }
    if (cluster.faults.strikes(Fault.RENEWAL_REFUSED)) {
      cluster.count(Occurrence.RENEWALS_REFUSED);
      request.plan.faults++;
      cluster.note(() -> "a renewal of request " + request.offset + " is refused");
      return false;
    }
    lock(request);
    return true;
  }

  boolean settle(Request request, SimulatedSlot slot, Settlement how) {
    if (cluster.faults.strikes(Fault.SETTLEMENT_LOST)) {
      cluster.count(Occurrence.SETTLEMENTS_LOST);
      request.plan.faults++;
      cluster.note(() -> how + " of request " + request.offset + " is lost");
      return false;
    }
    boolean late = request.holder == null && request.state == State.AVAILABLE;
    boolean taken = late && how != Settlement.RELEASE && cluster.dice.oneIn(2);
    if (request.holder != slot && !taken) {
      cluster.note(() -> how + " of request " + request.offset + " is refused");
      return false;
    }
    cluster.note(() -> how + " of request " + request.offset + " by " + slot);
    if (taken) {
      cluster.count(Occurrence.LATE_ACCEPTS);
    }
    if (how == Settlement.RELEASE) {
      free(request);
    } else {
      checkDone(request, how);
      request.holder = null;
      request.state = State.DONE;
    }
    return true;
  }

  private static void checkDone(Request request, Settlement how) {
    RequestPlan plan = request.plan;
    Finished end = plan.truth.end();
    if (plan.lost || (how == Settlement.REJECT && request.duplicate)) {
      return;
    }
    if (end == null) {
      throw new Violation(how + " of " + plan + " before a `finished` that counts");
    }
    boolean error = end.getReason() == FinishReason.FINISH_REASON_ERROR;
    if (error != (how == Settlement.REJECT)) {
      throw new Violation(how + " of " + plan + ", which ended by " + end.getReason());
    }
    if (error && !plan.buried) {
      throw new Violation(plan + " was given up, and no copy is kept");
    }
  }

  /** Brokers come back: they have forgotten how often they delivered, and perhaps to whom. */
  void restart() {
    boolean locksLost = cluster.dice.oneIn(2);
    for (Request request : requests) {
      request.deliveries = request.state == State.HELD ? 1 : 0;
      if (request.state == State.HELD && locksLost) {
        request.plan.faults++;
        request.deliveries = 0;
        free(request);
      }
    }
  }

  boolean isDone() {
    for (Request request : requests) {
      if (request.state != State.DONE) {
        return false;
      }
    }
    return true;
  }

  /** What is not done, in words. */
  String left() {
    StringBuilder left = new StringBuilder();
    for (Request request : requests) {
      if (request.state != State.DONE) {
        left.append(request.plan).append(" is ").append(request.state).append("; ");
      }
    }
    return left.toString();
  }
}
