package dev.weir.stream;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Followers that wait to be brought up to the live position, in the order of their turns. */
final class CatchUpQueue {
  /** Followers within so many records are brought up by one reading of the log. */
  private static final long SHARED_SPAN = 20_000;

  private static final int MAX_BATCH = 10_000;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final ArrayDeque<Follower> waiting = new ArrayDeque<>();
  private boolean closed;

  /** Bounded by the number of followers of the process. */
  void add(Follower follower) {
    lock.lock();
    try {
      waiting.add(follower);
      changed.signalAll(); // one that pauses must not keep it from one that waits
    } finally {
      lock.unlock();
    }
  }

  /** Waits for the first in turn; null: closed. */
  @Nullable Follower take() throws InterruptedException {
    lock.lock();
    try {
      while (waiting.isEmpty() && !closed) {
        changed.await();
      }
      return closed ? null : waiting.remove();
    } finally {
      lock.unlock();
    }
  }

  /** It and those that lie near behind it. */
  List<Follower> withNear(Follower first) {
    lock.lock();
    try {
      List<Follower> batch = new ArrayList<>();
      batch.add(first);
      takeNear(first, batch);
      return batch;
    } finally {
      lock.unlock();
    }
  }

  private void takeNear(Follower first, List<Follower> batch) {
    Iterator<Follower> others = waiting.iterator();
    while (others.hasNext() && batch.size() < MAX_BATCH) {
      Follower other = others.next();
      if (other.since() == null
          && other.partition() == first.partition()
          && other.next() >= first.next()
          && other.next() - first.next() <= SHARED_SPAN) {
        others.remove();
        batch.add(other);
      }
    }
  }

  /** Waits a moment after a failure; ends at once when closed. */
  void pause(long millis) throws InterruptedException {
    lock.lock();
    try {
      long nanos = TimeUnit.MILLISECONDS.toNanos(millis);
      while (!closed && nanos > 0) {
        nanos = changed.awaitNanos(nanos);
      }
    } finally {
      lock.unlock();
    }
  }

  int size() {
    lock.lock();
    try {
      return waiting.size();
    } finally {
      lock.unlock();
    }
  }

  void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  List<Follower> drain() {
    lock.lock();
    try {
      List<Follower> all = new ArrayList<>(waiting);
      waiting.clear();
      return all;
    } finally {
      lock.unlock();
    }
  }
}
