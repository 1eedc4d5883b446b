package dev.weir.bench.fault;

import dev.weir.bench.fault.FaultKind.Lane;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/**
 * Makes faults happen, a thread for each lane: those of one lane one after another, the rarest kind
 * first, at moments that the seed draws.
 */
final class FaultLanes {
  private static final long MOST_PAUSE_MS = 1_000;

  private final Scene scene;
  private final Map<Lane, List<FaultKind>> kinds = new EnumMap<>(Lane.class);
  private final WorkerFaults workers;
  private final BrokerFaults brokers;
  private final EdgeFaults edges;
  private final RollingRestart rolling;

  /** Whoever restarts everything has it alone. */
  private final ReentrantReadWriteLock ground = new ReentrantReadWriteLock(true);

  private final List<Thread> threads = new ArrayList<>();
  private final AtomicReference<@Nullable FaultException> broken = new AtomicReference<>();

  FaultLanes(Scene scene) {
    this.scene = scene;
    for (FaultKind kind : scene.plan().kinds()) {
      kinds.computeIfAbsent(kind.lane(), _ -> new ArrayList<>()).add(kind);
    }
    workers = new WorkerFaults(scene);
    brokers = new BrokerFaults(scene);
    edges = new EdgeFaults(scene);
    rolling = new RollingRestart(scene);
  }

  void start(SplittableRandom random) {
    kinds.forEach((lane, own) -> {
      SplittableRandom drawn = random.split();
      threads.add(
          Thread.ofVirtual().name("weir-faults-" + lane).start(() -> run(lane, own, drawn)));
    });
  }

  private void run(Lane lane, List<FaultKind> own, SplittableRandom random) {
    Lock lock =
        switch (lane) {
          case WORKERS, BROKERS, GATEWAYS -> ground.readLock();
          case EVERYTHING -> ground.writeLock();
          case CLIENTS -> new ReentrantReadWriteLock().readLock(); // harms no process
        };
    try {
      while (!isOver()) {
        Scene.pause(random, 0, MOST_PAUSE_MS);
        FaultKind kind = rarest(own, random);
        if (lane == Lane.EVERYTHING && !isDue(kind)) {
          continue;
        }
        lock.lockInterruptibly();
        try {
          if (!isOver() && happens(kind, random)) {
            scene.tally().happened(kind);
          }
        } finally {
          lock.unlock();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (FaultException e) {
      broken.compareAndSet(null, e);
    }
  }

  private boolean isOver() {
    return scene.ending().getAsBoolean() || broken.get() != null;
  }

  /**
   * A restart of everything keeps the others from happening: it comes behind the rarest of them.
   */
  private boolean isDue(FaultKind kind) {
    int least =
        scene.plan().kinds().stream()
            .filter(other -> other != kind && other.lane() != Lane.CLIENTS)
            .mapToInt(scene.tally()::count)
            .min()
            .orElse(Integer.MAX_VALUE);
    return scene.tally().count(kind) < least;
  }

  private FaultKind rarest(List<FaultKind> own, SplittableRandom random) {
    int least = own.stream().mapToInt(scene.tally()::count).min().orElseThrow();
    List<FaultKind> rarest =
        own.stream()
            .filter(kind -> scene.tally().count(kind) == least)
            .sorted(Comparator.naturalOrder())
            .toList();
    return Scene.any(rarest, random);
  }

  private boolean happens(FaultKind kind, SplittableRandom random) throws InterruptedException {
    return switch (kind) {
      case WORKER_KILL -> workers.kill(random);
      case WORKER_PAUSE -> workers.pause(random);
      case WORKER_KILL_AGAIN -> workers.killAgain(random);
      case NETWORK_CUT -> workers.cut(random);
      case BROKER_RESTART -> brokers.restart(random);
      case LEADER_KILL -> brokers.killLeader(random);
      case DISK_FULL -> brokers.fillDisk(random);
      case WRITES_REFUSED -> brokers.refuseWrites(random);
      case GATEWAY_KILL -> edges.killGateway(random);
      case CLIENT_KILL -> edges.killClient(random);
      case THREE_DEVICES -> edges.addDevices(random);
      case ROLLING_RESTART -> rolling.run();
    };
  }

  /** Why no more faults can happen, or null. */
  @Nullable FaultException broken() {
    return broken.get();
  }

  /** Waits until the faults under way are over, once the scene is ending. */
  void join() throws InterruptedException {
    for (Thread thread : threads) {
      thread.join();
    }
  }
}
