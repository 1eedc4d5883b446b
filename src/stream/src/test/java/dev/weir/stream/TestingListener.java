package dev.weir.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.proto.v1.Chunk;
import dev.weir.stream.StreamReader.StreamFailure;
import dev.weir.stream.StreamReader.StreamListener;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Keeps what a reader showed. */
final class TestingListener implements StreamListener {
  private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final List<StreamChunk> chunks = new ArrayList<>();
  private @Nullable StreamFailure failure;

  @Override
  public void onChunk(StreamChunk chunk) {
    change(() -> chunks.add(chunk));
  }

  @Override
  public void onFailed(StreamFailure newFailure) {
    change(() -> failure = newFailure);
  }

  private void change(Runnable change) {
    lock.lock();
    try {
      change.run();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private List<StreamChunk> await(Predicate<TestingListener> done) {
    lock.lock();
    try {
      long left = LIMIT_NANOS;
      while (!done.test(this) && left > 0) {
        left = changed.awaitNanos(left);
      }
      assertThat(done.test(this)).as("seen: %s, failure: %s", chunks, failure).isTrue();
      return List.copyOf(chunks);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    } finally {
      lock.unlock();
    }
  }

  List<StreamChunk> awaitFinished() {
    return await(t -> !t.chunks.isEmpty() && t.chunks.getLast().chunk().hasFinished());
  }

  List<StreamChunk> awaitTokens(int count) {
    return await(t -> tokens(t.chunks).size() >= count);
  }

  List<StreamChunk> awaitStarted(int count) {
    return await(t -> t.chunks.stream().filter(c -> c.chunk().hasStarted()).count() >= count);
  }

  /** The first chunks; none if the reading failed. */
  List<StreamChunk> awaitAnything() {
    return await(t -> t.failure != null || !t.chunks.isEmpty());
  }

  StreamFailure awaitFailure() {
    await(t -> t.failure != null);
    if (failure == null) {
      throw new IllegalStateException("it was there");
    }
    return failure;
  }

  List<StreamChunk> seen() {
    return await(_ -> true);
  }

  static List<Integer> tokens(List<StreamChunk> chunks) {
    return chunks.stream().flatMap(c -> c.chunk().getTokens().getIdsList().stream()).toList();
  }

  static List<Chunk> chunks(List<StreamChunk> seen) {
    return seen.stream().map(StreamChunk::chunk).toList();
  }
}
