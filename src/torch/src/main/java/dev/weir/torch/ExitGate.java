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
 * <p>At exit the gate waits for the modules whose owners close them in order, then for the calls
 * that are under way, and lets no further one through; the process ends behind it.
 */
final class ExitGate {
  /** Enough for a worker to let its requests go on for a while, hand the rest over and close. */
  private static final long ORDER_LIMIT_MS = 15_000;

  private static final ReentrantReadWriteLock calls = new ReentrantReadWriteLock();
  private static final ReentrantLock lock = new ReentrantLock();
  private static final Condition allClosed = lock.newCondition();
  private static int closingInOrder; // guarded by lock

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(ExitGate::shut, "libtorch-exit"));
  }

  private ExitGate() {}

  /** Makes a call of a module that nobody closes at exit; blocks for good once the gate is shut. */
  static <T> T call(Supplier<T> nativeCall) {
    calls.readLock().lock();
    try {
      return nativeCall.get();
    } finally {
      calls.readLock().unlock();
    }
  }

  /**
   * Makes a call of a module whose owner closes it in a shutdown hook, and which may wait for the
   * thread that calls: so this never blocks.
   *
   * @throws IllegalStateException if the owner took too long and the gate is shut
   */
  static <T> T callInOrder(Supplier<T> nativeCall) {
    if (!calls.readLock().tryLock()) { // fails only if the gate is shut: writers wait behind it
      throw new IllegalStateException("the process ends: no more calls into libtorch");
    }
    try {
      return nativeCall.get();
    } finally {
      calls.readLock().unlock();
    }
  }

  /** A module was opened that its owner closes even at exit. */
  static void openedInOrder() {
    count(1);
  }

  static void closedInOrder() {
    count(-1);
  }

  private static void count(int change) {
    lock.lock();
    try {
      closingInOrder += change;
      if (closingInOrder == 0) {
        allClosed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  private static void shut() {
    lock.lock();
    try {
      long left = TimeUnit.MILLISECONDS.toNanos(ORDER_LIMIT_MS);
      while (closingInOrder > 0 && left > 0) {
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
