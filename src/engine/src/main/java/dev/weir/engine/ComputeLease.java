package dev.weir.engine;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The right to compute on a device that several engines share. One holds it for the time of a step:
 * two steps at once on the same cores wait for each other's threads and both take many times as
 * long. Who wants it next gets it by the time that it has had, divided by its weight (weighted fair
 * queueing); who was away has no credit for that.
 *
 * <p>Safe for use by any thread.
 */
public final class ComputeLease {
  private static final Map<String, ComputeLease> DEVICES = new ConcurrentHashMap<>();

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final List<Member> waiting = new ArrayList<>();
  private @Nullable Member holder;
  // time per weight of who computed last: nobody who comes is behind it
  private double virtualTime;

  /** The lease of a device of this process, such as {@code cpu} or {@code cuda:0}. */
  public static ComputeLease of(String device) {
    return DEVICES.computeIfAbsent(device, _ -> new ComputeLease());
  }

  /**
   * Takes part.
   *
   * @param weight share of the time, relative to others; above 0
   */
  public Member join(double weight) {
    if (!(weight > 0)) {
      throw new IllegalArgumentException("weight is " + weight + ", but must be above 0");
    }
    return new Member(weight);
  }

  /** How many wait for a turn. */
  int waiting() {
    lock.lock();
    try {
      return waiting.size();
    } finally {
      lock.unlock();
    }
  }

  /** One engine. */
  public final class Member {
    private final double weight;
    // nanoseconds per weight
    private double served;

    private Member(double weight) {
      this.weight = weight;
    }

    /** Waits for the turn; whoever has it gives it back by {@link #release}. */
    public void acquire() {
      lock.lock();
      try {
        served = Math.max(served, virtualTime);
        waiting.add(this);
        while (holder != null || next() != this) {
          changed.awaitUninterruptibly();
        }
        waiting.remove(this);
        holder = this;
        virtualTime = served;
      } finally {
        lock.unlock();
      }
    }

    /**
     * Ends the turn.
     *
     * @param nanos how long it took
     */
    public void release(long nanos) {
      lock.lock();
      try {
        if (holder != this) {
          throw new IllegalStateException("the lease is not held");
        }
        served += Math.max(0, nanos) / weight;
        holder = null;
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }

    private Member next() {
      return waiting.stream()
          .min(Comparator.comparingDouble(member -> member.served))
          .orElseThrow();
    }
  }
}
