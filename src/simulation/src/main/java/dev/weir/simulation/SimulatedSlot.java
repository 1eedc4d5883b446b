package dev.weir.simulation;

import com.google.protobuf.ByteString;
import dev.weir.stream.AttemptEvent.GiveBack;
import dev.weir.stream.AttemptWorld;
import dev.weir.stream.Delivery;
import dev.weir.stream.Holding;
import dev.weir.stream.RequestSource;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A slot of a worker: what the product's own slot does with a thread and a mailbox. */
final class SimulatedSlot implements RequestSource {
  private final SimulatedWorker worker;
  private final Cluster cluster;
  private final int number;
  private final SimulatedWriter writer;
  private final AttemptWorld world;
  private final ArrayDeque<Holding.Mail> mailbox = new ArrayDeque<>();
  private ShareGroup.@Nullable Request request;
  private @Nullable Holding holding;
  private boolean stepping;
  private boolean looking;
  private long armedMs;
  private int tried;
  private boolean last;

  /** A renewal was refused, its generator failed, or its worker closes. */
  private boolean stopped;

  /** What explained deliveries when records of its attempt were lost; -1: none were. */
  private int lossExplained = -1;

  SimulatedSlot(SimulatedWorker worker, int number) {
    this.worker = worker;
    this.cluster = worker.cluster;
    this.number = number;
    this.writer = new SimulatedWriter(worker);
    world =
        cluster.seams.world(
            new AttemptWorld(
                worker.name,
                "",
                Duration.ofMillis(Schedule.DEFAULT_DEADLINE_MS),
                cluster.log.reader(worker),
                writer,
                worker.generator.of(this),
                worker.cancelled,
                cluster.agenda));
  }

  /** Looks for a request, soon. */
  void look() {
    if (!looking) {
      looking = true;
      worker.in(1 + cluster.dice.below(30), this::find);
    }
  }

  private void find() {
    looking = false;
    if (holding != null || !worker.takes()) {
      return;
    }
    ShareGroup.Request found = cluster.group.take(this);
    if (found == null) {
      return;
    }
    request = found;
    writer.begin();
    tried = 0;
    stopped = false;
    last = cluster.group.isLast(found);
    lossExplained = -1;
    armedMs = Long.MAX_VALUE;
    mailbox.clear();
    Delivery delivery = cluster.group.delivery(found);
    Holding taken =
        new Holding(
            world,
            cluster.seams.source(this),
            delivery,
            ShareGroup.LOCK_MS,
            this::newId,
            this::post);
    holding = taken;
    taken.begin();
    after(taken);
    if (cluster.dice.oneIn(8)) {
      worker.in(cluster.dice.below(500), () -> giveBack(taken));
    }
  }

  private ByteString newId() {
    if (tried++ > 0) {
      cluster.count(Occurrence.TRIED_AGAIN_HELD);
    }
    return writer.newAttempt();
  }

  private void post(Holding.Mail mail) {
    mailbox.add(mail);
    if (!stepping) {
      stepping = true;
      worker.in(cluster.dice.below(3), this::step);
    }
  }

  private void step() {
    stepping = false;
    Holding now = holding;
    if (now == null) {
      mailbox.clear();
      return;
    }
    for (Holding.Mail mail = mailbox.poll(); mail != null; mail = mailbox.poll()) {
      now.on(mail);
    }
    now.tick();
    after(now);
  }

  private void after(Holding now) {
    if (now != holding) {
      return;
    }
    if (now.isDone()) {
      holding = null;
      worker.in(cluster.dice.below(2), () -> settle(now));
      return;
    }
    long due = now.nextTickMs();
    if (due < armedMs) {
      armedMs = due;
      worker.in(Math.max(0, due - cluster.agenda.millis()), () -> wake(now, due));
    }
  }

  private void wake(Holding now, long armed) {
    if (now == holding && armedMs == armed) {
      armedMs = Long.MAX_VALUE;
      now.tick();
      after(now);
    }
  }

  private void settle(Holding now) {
    ShareGroup.Request done = request;
    if (done == null) {
      return;
    }
    checkLoss(now, done);
    if (!writer.hasWritten() && now.settlement() == Settlement.RELEASE) {
      cluster.count(Occurrence.GIVEN_BACK);
      done.plan.returns++;
    }
    now.settle();
    request = null;
    lossExplained = -1;
    worker.in(now.pauseMs() + 1, this::look);
  }

  /** Who wrote what brokers have lost has to find that out, unless it was stopped before. */
  private void checkLoss(Holding now, ShareGroup.Request done) {
    if (now.hasLostRecords()) {
      cluster.count(Occurrence.LOSSES_REPORTED);
      if (!done.plan.lost) {
        throw new Violation(done.plan + " has lost nothing, and says so");
      }
    } else if (!stopped
        && !writer.hasFailed()
        && now.settlement() != Settlement.REJECT
        && done.holder == this
        && lossExplained == done.plan.explainedDeliveries()
        && !done.plan.endLost) {
      throw new Violation(done.plan + " does not tell that its acknowledged records are lost");
    }
  }

  private void giveBack(Holding now) {
    if (now == holding) {
      now.giveBack(GiveBack.Reason.FREE_ELSEWHERE);
      after(now);
    }
  }

  void stopTaking() {
    Holding now = holding;
    if (now != null) {
      stopped = true;
      now.close();
      after(now);
    }
  }

  void handOver() {
    Holding now = holding;
    ShareGroup.Request held = request;
    if (now != null && held != null) {
      held.plan.lastDeliveryClosed |= last;
      stopped = true;
      now.handOver();
      after(now);
    }
  }

  /** Its attempt is given up for that, whatever else happens to it. */
  void generatorFailed() {
    stopped = true;
  }

  void charge(List<RequestPlan> plans) {
    ShareGroup.Request held = request;
    if (held != null && !plans.contains(held.plan)) {
      plans.add(held.plan);
    }
  }

  /** Brokers have lost what lies from an offset on. */
  void lost(int partition, long end) {
    ShareGroup.Request held = request;
    if (held != null
        && holding != null
        && held.plan.partition == partition
        && writer.acknowledgedTo() >= end
        && held.plan.truth.isCurrent(writer.attempt())
        && !worker.isDead()) {
      lossExplained = held.plan.explainedDeliveries();
    }
  }

  /** The id of the attempt that writes now. */
  @Nullable ByteString attempt() {
    return writer.attempt();
  }

  // As the source of its request.

  @Override
  public @Nullable Delivery take(Duration limit) {
    throw new UnsupportedOperationException("a slot finds its request itself");
  }

  @Override
  public boolean renew() {
    boolean granted = request != null && cluster.group.renew(request, this);
    stopped |= !granted;
    return granted;
  }

  @Override
  public boolean settle(Settlement settlement) {
    return request != null && cluster.group.settle(request, this, settlement);
  }

  @Override
  public void close() {}

  @Override
  public String toString() {
    return worker.name + "#" + number;
  }
}
