package dev.weir.bench;

/** Hears how far a benchmark is. */
@FunctionalInterface
public interface BenchProgress {
  /** Nobody listens. */
  BenchProgress NONE = (what, done, total) -> {};

  /**
   * Something begins.
   *
   * @param what in a few words, such as {@code round 2 of 3: openvino}
   * @param done steps before this one
   * @param total steps in all
   */
  void at(String what, int done, int total);
}
