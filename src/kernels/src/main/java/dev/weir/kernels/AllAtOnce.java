package dev.weir.kernels;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntToLongFunction;

/** Work of several threads that begins at the same moment. */
final class AllAtOnce {
  private AllAtOnce() {}

  /**
   * Amounts per second, from when all threads are ready until the last one ends.
   *
   * @param work by the thread's number, from 0; how much of it was done
   */
  static double perSecond(int threads, IntToLongFunction work) throws InterruptedException {
    CyclicBarrier ready = new CyclicBarrier(threads);
    List<Future<Share>> shares = new ArrayList<>();
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      for (int i = 0; i < threads; i++) {
        int thread = i;
        shares.add(pool.submit(() -> share(ready, work, thread)));
      }
      long start = Long.MAX_VALUE;
      long end = Long.MIN_VALUE;
      long amount = 0;
      for (Future<Share> one : shares) {
        Share share = one.get();
        start = Math.min(start, share.start);
        end = Math.max(end, share.end);
        amount += share.amount;
      }
      return amount / ((end - start) * 1e-9);
    } catch (ExecutionException e) {
      throw new IllegalStateException("a thread failed: " + e.getCause(), e.getCause());
    }
  }

  private record Share(long start, long end, long amount) {}

  private static Share share(CyclicBarrier ready, IntToLongFunction work, int thread)
      throws InterruptedException, BrokenBarrierException {
    ready.await();
    long start = System.nanoTime();
    long amount = work.applyAsLong(thread);
    return new Share(start, System.nanoTime(), amount);
  }
}
