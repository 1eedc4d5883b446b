package dev.weir.simulation;

import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * One schedule of a whole cluster in virtual time: requests, workers, brokers, gateways and
 * readers, and what goes wrong with them. All of it is a function of the seed.
 */
public final class Simulation {
  private Simulation() {}

  /**
   * Runs the schedule of a seed.
   *
   * @throws Violation if something does not hold that must; its message tells the seed, and the
   *     last that happened
   */
  public static Statistics run(long seed) {
    Statistics statistics = new Statistics();
    run(seed, statistics);
    return statistics;
  }

  /**
   * The same, and counts what happens.
   *
   * @throws Violation as above
   */
  public static void run(long seed, Statistics statistics) {
    run(seed, Seams::new, statistics);
  }

  static void run(long seed, Supplier<Seams> seams, Statistics statistics) {
    try {
      new Cluster(seed, seams.get(), statistics, null).run();
    } catch (Violation _) {
      replay(seed, seams.get(), _ -> {}); // once more, with a journal
      throw new IllegalStateException("seed " + seed + " went another way the second time");
    }
  }

  /**
   * The same with a journal.
   *
   * @param lines takes each line as it happens
   */
  public static void replay(long seed, Consumer<String> lines) {
    replay(seed, new Seams(), lines);
  }

  static void replay(long seed, Seams seams, Consumer<String> lines) {
    Cluster cluster = new Cluster(seed, seams, new Statistics(), lines);
    try {
      cluster.run();
    } catch (Violation violation) {
      throw new Violation(seed, String.valueOf(violation.getMessage()), cluster.journal());
    }
  }
}
