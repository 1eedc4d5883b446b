package dev.weir.kernels;

/**
 * How to run a model.
 *
 * @param slots sequences that can run at the same time
 * @param maxContext most tokens of one sequence; 0 for the model's own, or as many as memory holds
 * @param kvMemory most bytes of the cache of keys and values; 0: half of the memory that is free
 * @param threads that compute a step together, the caller's own counted; {@link #AUTO_THREADS} for
 *     what turns out to be fastest while the model runs
 */
public record KernelOptions(
    KernelPrecision precision, int slots, int maxContext, long kvMemory, int threads) {

  /** As many threads as are fastest now: at most the cores that this process may use. */
  public static final int AUTO_THREADS = 0;

  /** Most threads of a step. */
  public static final int MOST_THREADS = 64;

  /** Checks the values. */
  public KernelOptions {
    requireWithin("slots", slots, 1, 4096);
    requireWithin("maxContext", maxContext, 0, 1 << 24);
    requireWithin("threads", threads, AUTO_THREADS, MOST_THREADS);
    if (kvMemory < 0) {
      throw new IllegalArgumentException(
          "kvMemory is %d, must not be negative".formatted(kvMemory));
    }
  }

  /** The file's own values, 16 slots of the model's own context length, one thread. */
  public static KernelOptions defaults() {
    return new KernelOptions(KernelPrecision.AUTO, 16, 0, 0, 1);
  }

  public KernelOptions withPrecision(KernelPrecision value) {
    return new KernelOptions(value, slots, maxContext, kvMemory, threads);
  }

  public KernelOptions withSlots(int value) {
    return new KernelOptions(precision, value, maxContext, kvMemory, threads);
  }

  public KernelOptions withMaxContext(int value) {
    return new KernelOptions(precision, slots, value, kvMemory, threads);
  }

  public KernelOptions withThreads(int value) {
    return new KernelOptions(precision, slots, maxContext, kvMemory, value);
  }

  /** Threads that the model has, of which a step may use fewer. */
  int mostThreads() {
    return threads == AUTO_THREADS ? Math.min(MOST_THREADS, UsableCores.count()) : threads;
  }

  private static void requireWithin(String name, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          "%s is %d, must be from %d to %d".formatted(name, value, least, most));
    }
  }
}
