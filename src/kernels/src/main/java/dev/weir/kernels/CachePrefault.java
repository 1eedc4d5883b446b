package dev.weir.kernels;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.locks.LockSupport;

/**
 * Makes the system give the cache's memory before a step writes there: the system clears a huge
 * page first, which takes 0.1 to 4 ms, and a step of many sequences comes to one in each layer at
 * the same time. Memory is taken as outputs need it still, only {@link #AHEAD_BYTES} earlier.
 *
 * <p>Blocks are counted from 0, as the pool of the engine hands them out; {@link #onBlock} is
 * called by one thread, {@link #close} behind the last step.
 */
final class CachePrefault implements AutoCloseable {
  static final long AHEAD_BYTES = 256L << 20;

  /** Of a layer, at once: between two of them the thread can be ended. */
  private static final long HUGE_PAGE = 2L << 20;

  private final NativeKernels kernels;
  private final MemorySegment model;
  private final int blocks;
  private final int ahead;
  private final int atOnce;
  private final Thread thread;
  private volatile int wanted;
  private volatile int done;
  private volatile boolean closed;

  /**
   * @param model a {@code weir_model} that has its cache
   * @param blockBytes bytes of a block in all layers
   * @param aheadBytes of the block with the highest number so far, such as {@link #AHEAD_BYTES}
   */
  CachePrefault(
      NativeKernels kernels,
      MemorySegment model,
      int blocks,
      int layers,
      long blockBytes,
      long aheadBytes) {
    this.kernels = kernels;
    this.model = model;
    this.blocks = blocks;
    ahead = blocksOf(aheadBytes, blockBytes);
    atOnce = blocksOf(HUGE_PAGE * layers, blockBytes);
    wanted = Math.min(blocks, ahead);
    thread = Thread.ofPlatform().daemon().name("weir-cache-prefault").start(this::run);
  }

  private static int blocksOf(long bytes, long blockBytes) {
    return (int) Math.clamp(bytes / blockBytes, 1, Integer.MAX_VALUE / 4);
  }

  /** A step is going to write this block; the thread that calls does not wait. */
  void onBlock(int block) {
    int now = wanted;
    if (block + ahead < now + atOnce || now == blocks) {
      return; // not yet worth waking a thread
    }
    wanted = (int) Math.min(blocks, (long) block + ahead + atOnce);
    LockSupport.unpark(thread);
  }

  /** Blocks whose memory is or will soon be there, from the first. */
  int wanted() {
    return wanted;
  }

  /** Blocks whose memory is there, never more than {@link #wanted}. */
  int done() {
    return done;
  }

  /** Whether its thread may still touch the cache. */
  boolean isRunning() {
    return thread.isAlive();
  }

  private void run() {
    kernels.giveWay();
    while (!closed && done < blocks) {
      int from = done;
      int to = Math.min(wanted, from + atOnce);
      if (from < to) {
        kernels.prefault(model, from, to);
        done = to;
      } else {
        LockSupport.park(this);
      }
    }
  }

  /** Waits for the thread, before the memory goes. */
  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(thread);
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true; // a model that is closed halfway would end the process
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
