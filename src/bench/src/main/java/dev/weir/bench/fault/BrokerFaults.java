package dev.weir.bench.fault;

import dev.weir.stream.StreamUnavailableException;
import java.time.Duration;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Brokers that die, and writes that are refused. Each fault begins with all copies of all records
 * in sync, for with two of three brokers down nothing could go on.
 */
final class BrokerFaults {
  private static final long IN_SYNC_LIMIT_MS = 90_000;
  private static final Duration FULL_DISK_LIMIT = Duration.ofSeconds(20);
  private static final long SHORT_REFUSAL_MS = 4_000;

  /** Beyond what a send may take: then it has failed. */
  private static final long LONG_REFUSAL_MS = 12_000;

  private static final int ONE_REFUSAL_IN_SO_MANY_IS_LONG = 4;

  private final Scene scene;
  private final Cluster cluster;
  private final Tally tally;

  BrokerFaults(Scene scene) {
    this.scene = scene;
    this.cluster = scene.cluster();
    this.tally = scene.tally();
  }

  /** True if it has happened. */
  boolean restart(SplittableRandom random) throws InterruptedException {
    awaitInSync();
    killAndRestart(Scene.any(cluster.brokers(), random), "broker-restart", random);
    return true;
  }

  boolean killLeader(SplittableRandom random) throws InterruptedException {
    awaitInSync();
    Optional<LiveStream> stream = scene.anyUnderWay(random);
    if (stream.isEmpty()) {
      Scene.pause(random, 50, 200);
      return false;
    }
    int leader;
    try {
      leader = cluster.topics().leader(stream.get().published().from().partition());
    } catch (StreamUnavailableException e) {
      return false;
    }
    if (leader < 1) {
      return false;
    }
    killAndRestart(cluster.brokers().get(leader - 1), "leader-kill", random);
    return true;
  }

  private void killAndRestart(ServiceProcess broker, String why, SplittableRandom random)
      throws InterruptedException {
    broker.kill();
    tally.note(why + " " + broker.name());
    Scene.pause(random, 0, 2_000);
    broker.restart();
    tally.note(why + " " + broker.name() + " is back");
  }

  boolean fillDisk(SplittableRandom random) throws InterruptedException {
    awaitInSync();
    ServiceProcess broker = Scene.any(cluster.brokers(), random);
    if (!broker.fillDisk()) {
      throw new FaultException("disk-full needs the program prlimit (util-linux); leave it out");
    }
    tally.note("disk-full " + broker.name());
    boolean ended = broker.awaitEnd(FULL_DISK_LIMIT);
    if (!ended) {
      tally.note("disk-full " + broker.name() + " goes on without a disk, and is killed");
      broker.kill();
    }
    broker.restart();
    tally.note("disk-full " + broker.name() + " is back");
    return true;
  }

  /** With one broker away, all three copies are asked for. */
  boolean refuseWrites(SplittableRandom random) throws InterruptedException {
    awaitInSync();
    ServiceProcess broker = Scene.any(cluster.brokers(), random);
    broker.kill();
    boolean refused = requireInsync(FaultPlan.BROKERS);
    tally.note("writes-refused without " + broker.name() + ": " + refused);
    try {
      boolean isLong = random.nextInt(ONE_REFUSAL_IN_SO_MANY_IS_LONG) == 0;
      Scene.pause(
          random,
          isLong ? LONG_REFUSAL_MS - 1_500 : 500,
          isLong ? LONG_REFUSAL_MS : SHORT_REFUSAL_MS);
    } finally {
      boolean taken = Scene.await(() -> requireInsync(2), IN_SYNC_LIMIT_MS);
      tally.note("writes-refused is over: " + taken);
    }
    broker.restart();
    return refused;
  }

  private boolean requireInsync(int replicas) {
    try {
      cluster.topics().requireInsync(scene.plan().model(), replicas);
      return true;
    } catch (StreamUnavailableException e) {
      tally.note("min.insync.replicas stays: " + e.getMessage());
      return false;
    }
  }

  void awaitInSync() throws InterruptedException {
    for (ServiceProcess broker : cluster.brokers()) {
      broker.awaitReady();
    }
    if (!Scene.await(this::inSync, IN_SYNC_LIMIT_MS)) {
      throw new FaultException(
          "the brokers have not all records after %d s".formatted(IN_SYNC_LIMIT_MS / 1000));
    }
  }

  private boolean inSync() {
    try {
      return cluster.topics().inSync();
    } catch (StreamUnavailableException e) {
      return false;
    }
  }
}
