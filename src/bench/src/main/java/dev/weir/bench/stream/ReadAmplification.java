package dev.weir.bench.stream;

/**
 * Bytes of the chunk log that are read for each byte written. Gateways together read everything
 * once, since each reads what it owns; a worker reads the partitions in which its jobs lie.
 */
final class ReadAmplification {
  private ReadAmplification() {}

  /**
   * What is to be expected when jobs lie in partitions at random.
   *
   * @param jobs that each worker runs
   */
  static double expected(int workers, int jobs, int partitions) {
    double untouched = Math.pow(1 - 1.0 / partitions, jobs);
    return 1 + workers * (1 - untouched);
  }
}
