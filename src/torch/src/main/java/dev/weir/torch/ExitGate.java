package dev.weir.torch;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;

/**
 * Keeps calls into libtorch apart from the end of the process, whose first act is to destroy
 * libtorch's global tables: a step that still runs then ends in SIGSEGV instead of a clean exit.
 *
 * <p>At exit the gate gives the owners of modules some time to close them in order, then waits for
 * the calls that are under way and lets no further one through; the process ends behind it.
 */
final class ExitGate {
  /** Enough for an engine to finish its step and close; an interrupted command waits as long. */
  private static final long GRACE_MS = 1500;

  private static final ReentrantReadWriteLock calls = new ReentrantReadWriteLock();
  private static final ReentrantLock lock = new ReentrantLock();
  private static final Condition allClosed = lock.newCondition();
  private static int modules; // guarded by lock

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(ExitGate::shut, "libtorch-exit"));
  }

  private ExitGate() {}

  /** Makes a call; blocks for good once the process ends. */
  static <T> T call(Supplier<T> nativeCall) {
    calls.readLock().lock();
    try {
      return nativeCall.get();
    } finally {
      calls.readLock().unlock();
    }
  }

  static void opened() {
    count(1);
  }

  static void closed() {
    count(-1);
  }

  private static void count(int change) {
    lock.lock();
    try {
      modules += change;
      if (modules == 0) {
        allClosed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  private static void shut() {
    lock.lock();
    try {
      long left = TimeUnit.MILLISECONDS.toNanos(GRACE_MS);
      while (modules > 0 && left > 0) {
        left = allClosed.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // nobody waits for this thread; the gate shuts at once
    } finally {
      lock.unlock();
    }
    calls.writeLock().lock(); // and never unlocked
  }
}
