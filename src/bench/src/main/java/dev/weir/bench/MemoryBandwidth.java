package dev.weir.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * How fast the machine reads memory: every thread adds up numbers of its own, at least 1 GiB in
 * all, so that no cache holds them.
 */
public final class MemoryBandwidth {
  /** Of all threads together. */
  private static final long BYTES = 1L << 30;

  private static final int PASSES = 5;

  /** Longs of one array: 64 MiB, so that a heap of small regions holds them. */
  private static final int CHUNK = 1 << 23;

  // the sums go somewhere, or the compiler would leave the reads out
  private static volatile long sink;

  private MemoryBandwidth() {}

  /** Bytes per second that {@code threads} read together, the best of five passes. */
  public static double measure(int threads) throws InterruptedException {
    int chunks = (int) Math.ceilDiv(BYTES, (long) threads * CHUNK * Long.BYTES);
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      List<Future<long[][]>> filled = new ArrayList<>();
      for (int thread = 0; thread < threads; thread++) {
        filled.add(pool.submit(() -> fill(chunks)));
      }
      List<long[][]> memory = new ArrayList<>();
      for (Future<long[][]> one : filled) {
        memory.add(get(one));
      }
      long bytes = (long) threads * chunks * CHUNK * Long.BYTES;
      double best = 0;
      for (int pass = 0; pass < PASSES + 1; pass++) { // the first is for the compiler
        long start = System.nanoTime();
        List<Future<Long>> sums = new ArrayList<>();
        for (long[][] own : memory) {
          sums.add(pool.submit(() -> sum(own)));
        }
        for (Future<Long> one : sums) {
          sink += get(one);
        }
        best = Math.max(best, bytes / ((System.nanoTime() - start) * 1e-9));
      }
      return best;
    }
  }

  /** Filled by the thread that reads them, so that they lie near it; not zero pages. */
  private static long[][] fill(int chunks) {
    long[][] memory = new long[chunks][CHUNK];
    for (long[] chunk : memory) {
      for (int i = 0; i < chunk.length; i++) {
        chunk[i] = i;
      }
    }
    return memory;
  }

  private static long sum(long[][] memory) {
    long sum = 0;
    for (long[] chunk : memory) {
      sum += sum(chunk);
    }
    return sum;
  }

  /** A loop that the compiler turns into vector additions. */
  private static long sum(long[] chunk) {
    long sum = 0;
    for (int i = 0; i < chunk.length; i++) {
      sum += chunk[i];
    }
    return sum;
  }

  private static <T> T get(Future<T> future) throws InterruptedException {
    try {
      return future.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("reading memory failed", e.getCause());
    }
  }
}
