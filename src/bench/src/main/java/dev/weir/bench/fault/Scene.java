package dev.weir.bench.fault;

import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;

/**
 * Where faults happen.
 *
 * @param cluster whose processes they hit
 * @param load the streams that run
 * @param ending whether no more faults shall begin
 */
record Scene(
    FaultPlan plan, Cluster cluster, CheckedStreams load, Tally tally, BooleanSupplier ending) {
  private static final long POLL_MS = 20;

  /** One of them. */
  static <T> T any(List<T> all, SplittableRandom random) {
    return all.get(random.nextInt(all.size()));
  }

  static void pause(SplittableRandom random, long leastMs, long mostMs)
      throws InterruptedException {
    Thread.sleep(random.nextLong(leastMs, mostMs + 1));
  }

  /** Waits for a moment; false if it does not come by the limit. */
  static boolean await(BooleanSupplier moment, long limitMs) throws InterruptedException {
    long end = System.nanoTime() + limitMs * 1_000_000;
    while (!moment.getAsBoolean()) {
      if (System.nanoTime() > end) {
        return false;
      }
      Thread.sleep(POLL_MS);
    }
    return true;
  }

  /** Marks the streams that a worker computes as stopped. */
  List<LiveStream> hit(String worker, FaultKind kind) {
    List<LiveStream> hit =
        load.live().stream().filter(stream -> stream.isComputedBy(worker)).toList();
    hit.forEach(stream -> stream.check().hit(kind));
    return hit;
  }

  /** A stream that is under way, whose moment it is. */
  Optional<LiveStream> anyUnderWay(SplittableRandom random) {
    List<LiveStream> all = load.live().stream().filter(LiveStream::isUnderWay).toList();
    return all.isEmpty() ? Optional.empty() : Optional.of(any(all, random));
  }
}
