package dev.weir.kernels;

import java.util.Random;

/**
 * A machine that computes passes in a time of its own: so many cores, of which another process may
 * take one in slices, a memory that serves so many of them at once, and times that scatter.
 */
final class SimulatedMachine {
  private static final double MILLISECOND = 1e6;

  private final int cores;
  private final double fed;
  private final double shared;
  private final double noise;
  private final Random random;
  private double share;
  private double stalled;
  // until when another process has a core, and when it takes one the next time
  private double takenUntil;
  private double nextTaken = Double.POSITIVE_INFINITY;
  private double now;

  /**
   * @param fed how many cores the memory feeds at once
   * @param shared part of a pass that all threads share out, at most 1
   * @param noise standard deviation of a pass's time, relative to it
   */
  SimulatedMachine(int cores, double fed, double shared, double noise, long seed) {
    this.cores = cores;
    this.fed = fed;
    this.shared = shared;
    this.noise = noise;
    random = new Random(seed);
  }

  /**
   * Another process takes one core from now on.
   *
   * @param share of the time, in slices of 3 to 20 ms; 0 for none, 1 for always
   * @param stalled part of such a time in which everybody waits for the thread that lost its core
   */
  void take(double share, double stalled) {
    this.share = share;
    this.stalled = stalled;
    takenUntil = 0;
    nextTaken = share == 0 ? Double.POSITIVE_INFINITY : now;
  }

  /** Nanoseconds since the beginning. */
  double now() {
    return now;
  }

  /** Computes a pass; returns nanoseconds. */
  long pass(int threads, double millisecondsAlone) {
    double start = now;
    double work =
        millisecondsAlone * MILLISECOND * Math.max(0.2, 1 + noise * random.nextGaussian());
    while (work > 0) {
      turn();
      boolean taken = now < takenUntil;
      double change = Math.max(1, (taken ? takenUntil : nextTaken) - now);
      double needed = work / speed(threads, taken);
      double step = Math.min(change, needed);
      work = step == needed ? 0 : work - step * speed(threads, taken);
      now += step;
    }
    return Math.round(now - start);
  }

  private void turn() {
    if (share == 1) {
      takenUntil = Double.POSITIVE_INFINITY;
    } else if (now >= takenUntil && now >= nextTaken) {
      double slice = (3 + 17 * random.nextDouble()) * MILLISECOND;
      takenUntil = now + slice;
      nextTaken = takenUntil + slice * (1 - share) / share;
    }
  }

  /** Work per time, 1 of one thread. */
  private double speed(int threads, boolean taken) {
    int free = taken ? Math.max(1, cores - 1) : cores;
    double running = Math.min(Math.min(threads, free), fed);
    double speed = 1 / (1 - shared + shared / running);
    return taken && threads > free ? Math.max(0.02, 1 - stalled) * speed : speed;
  }
}
