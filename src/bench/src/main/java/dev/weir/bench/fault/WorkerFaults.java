package dev.weir.bench.fault;

import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Workers that die, stand still, or are cut off. Each fault ends with all workers ready. */
final class WorkerFaults {
  private static final long SERVING_LIMIT_MS = 10_000;
  private static final long TAKEN_OVER_LIMIT_MS = 20_000;

  /** Beyond the lock. */
  private static final long MOST_BEYOND_MS = 3_000;

  /** Beyond what a send may take: then it has failed. */
  private static final long LONG_CUT_MS = 12_000;

  private static final int ONE_CUT_IN_SO_MANY_IS_LONG = 5;

  private final Scene scene;
  private final Cluster cluster;
  private final Tally tally;

  WorkerFaults(Scene scene) {
    this.scene = scene;
    this.cluster = scene.cluster();
    this.tally = scene.tally();
  }

  /** True if it has happened. */
  boolean kill(SplittableRandom random) throws InterruptedException {
    ServiceProcess worker = serving(random);
    if (worker == null) {
      return false;
    }
    List<LiveStream> hit = scene.hit(worker.name(), FaultKind.WORKER_KILL);
    worker.kill();
    tally.note("worker-kill %s, %d streams".formatted(worker.name(), hit.size()));
    Scene.pause(random, 0, 1_000);
    worker.restart();
    return true;
  }

  boolean pause(SplittableRandom random) throws InterruptedException {
    ServiceProcess worker = serving(random);
    if (worker == null) {
      return false;
    }
    List<LiveStream> hit = scene.hit(worker.name(), FaultKind.WORKER_PAUSE);
    if (!worker.pause()) {
      throw new FaultException("a worker cannot be stopped: there is no program kill");
    }
    tally.note("worker-pause %s, %d streams".formatted(worker.name(), hit.size()));
    try {
      Scene.pause(random, lockMs() + 200, lockMs() + MOST_BEYOND_MS);
    } finally {
      worker.resume();
      tally.note("worker-pause %s goes on".formatted(worker.name()));
    }
    return true;
  }

  /** Kills one, and then the other that has taken a stream of it over and gone on with it. */
  boolean killAgain(SplittableRandom random) throws InterruptedException {
    ServiceProcess first = serving(random);
    if (first == null) {
      return false;
    }
    List<LiveStream> hit = scene.hit(first.name(), FaultKind.WORKER_KILL_AGAIN);
    List<Long> reached = hit.stream().map(stream -> stream.check().next()).toList();
    first.kill();
    first.start();
    tally.note("worker-kill-again first %s, %d streams".formatted(first.name(), hit.size()));
    int[] found = {-1};
    boolean takenOver =
        Scene.await(
            () -> {
              found[0] = continued(hit, reached, first.name());
              return found[0] >= 0 || hit.stream().allMatch(one -> one.check().isFinished());
            },
            TAKEN_OVER_LIMIT_MS);
    boolean happened = takenOver && found[0] >= 0;
    if (happened) {
      int index = cluster.worker(hit.get(found[0]).check().worker());
      ServiceProcess second = cluster.workers().get(index);
      scene.hit(second.name(), FaultKind.WORKER_KILL_AGAIN);
      second.kill();
      tally.note("worker-kill-again second %s".formatted(second.name()));
      second.restart();
    }
    first.awaitReady();
    return happened;
  }

  /** Index of a stream that another worker goes on with; -1 if there is none. */
  private int continued(List<LiveStream> hit, List<Long> reached, String first) {
    for (int i = 0; i < hit.size(); i++) {
      StreamCheck check = hit.get(i).check();
      String worker = check.worker();
      if (!check.isFinished()
          && !worker.equals(first)
          && cluster.worker(worker) >= 0
          && check.next() > reached.get(i)) {
        return i;
      }
    }
    return -1;
  }

  boolean cut(SplittableRandom random) throws InterruptedException {
    ServiceProcess worker = serving(random);
    if (worker == null) {
      return false;
    }
    List<LiveStream> hit = scene.hit(worker.name(), FaultKind.NETWORK_CUT);
    CutLink link = cluster.link(cluster.worker(worker.name()));
    link.cut();
    tally.note("network-cut %s, %d streams".formatted(worker.name(), hit.size()));
    try {
      boolean isLong = random.nextInt(ONE_CUT_IN_SO_MANY_IS_LONG) == 0;
      long longest = isLong ? LONG_CUT_MS : lockMs() + MOST_BEYOND_MS;
      Scene.pause(random, isLong ? LONG_CUT_MS - 1_500 : lockMs() + 200, longest);
    } finally {
      link.heal();
      tally.note("network-cut %s is whole".formatted(worker.name()));
    }
    worker.awaitReady();
    return true;
  }

  private static long lockMs() {
    return FaultPlan.LOCK.toMillis();
  }

  /** A worker that computes a stream, all of them being there; null if none does for long. */
  private @Nullable ServiceProcess serving(SplittableRandom random) throws InterruptedException {
    for (ServiceProcess worker : cluster.workers()) {
      worker.awaitReady();
    }
    boolean any =
        Scene.await(
            () -> scene.ending().getAsBoolean() || !computing().isEmpty(), SERVING_LIMIT_MS);
    List<ServiceProcess> computing = computing();
    return any && !computing.isEmpty() ? Scene.any(computing, random) : null;
  }

  private List<ServiceProcess> computing() {
    List<LiveStream> live = scene.load().live();
    return cluster.workers().stream()
        .filter(worker ->
            live.stream()
                .anyMatch(stream -> stream.isUnderWay() && stream.isComputedBy(worker.name())))
        .toList();
  }
}
