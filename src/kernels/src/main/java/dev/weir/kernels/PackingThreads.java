package dev.weir.kernels;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/** Threads that share out pieces of work, the caller's own counted; each has room to read into. */
final class PackingThreads implements AutoCloseable {
  /** A piece of work, done by any thread. */
  interface Piece {
    /**
     * @param index of the piece
     * @param room the thread's own
     */
    void pack(int index, GrowingMemory room);
  }

  private final List<GrowingMemory> rooms = new ArrayList<>();
  private final ExecutorService others;

  PackingThreads(NativeKernels kernels, int threads) {
    for (int i = 0; i < threads; i++) {
      rooms.add(new GrowingMemory(kernels));
    }
    others =
        Executors.newFixedThreadPool(
            Math.max(1, threads - 1), // started when it has something to do
            task -> Thread.ofPlatform().daemon().name("weir-packing").unstarted(task));
  }

  /** The caller's own room. */
  GrowingMemory room() {
    return rooms.getFirst();
  }

  /**
   * Does all pieces, in any order; the first error is thrown when every thread has stopped.
   *
   * @param rest done by the caller after each piece of its own
   */
  void run(int pieces, Piece piece, Runnable rest) {
    AtomicInteger next = new AtomicInteger();
    List<Future<?>> running = new ArrayList<>();
    for (int i = 1; i < Math.min(rooms.size(), pieces); i++) {
      GrowingMemory room = rooms.get(i);
      running.add(others.submit(() -> work(next, pieces, piece, room, () -> {})));
    }
    try {
      work(next, pieces, piece, room(), rest);
    } finally {
      running.forEach(PackingThreads::finish);
    }
  }

  private static void work(
      AtomicInteger next, int pieces, Piece piece, GrowingMemory room, Runnable rest) {
    try {
      for (int i = next.getAndIncrement(); i < pieces; i = next.getAndIncrement()) {
        piece.pack(i, room);
        rest.run();
      }
    } finally {
      next.set(pieces); // after an error nobody claims more
    }
  }

  private static void finish(Future<?> running) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          running.get();
          return;
        } catch (InterruptedException e) {
          interrupted = true; // its room must not be freed under it
        } catch (ExecutionException e) {
          if (e.getCause() instanceof RuntimeException known) {
            throw known;
          }
          throw new IllegalStateException("packing failed", e.getCause());
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public void close() {
    others.shutdown();
    rooms.forEach(GrowingMemory::close);
  }
}
