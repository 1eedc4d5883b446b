package dev.weir.bench;

import java.time.Duration;

/** Runs what is to be measured until the JVM has compiled its hot paths. */
public final class WarmUp {
  private static final double STEADY = 1.03;

  private WarmUp() {}

  /** One round of what is measured. */
  @FunctionalInterface
  public interface Round {
    /** Runs it and tells how fast it was; the more the faster. */
    double rate() throws InterruptedException;
  }

  /** Ends when two rounds in a row were hardly faster than the fastest one before them. */
  public static void until(Duration limit, Round round) throws InterruptedException {
    long end = System.nanoTime() + limit.toNanos();
    double fastest = 0;
    for (int steady = 0; steady < 2 && System.nanoTime() < end; ) {
      double rate = round.rate();
      steady = rate > fastest * STEADY ? 0 : steady + 1;
      fastest = Math.max(fastest, rate);
    }
  }
}
