package dev.weir.stream;

import dev.weir.proto.InvalidRequestException;
import dev.weir.proto.v1.FinishReason;
import dev.weir.proto.v1.Finished;
import dev.weir.proto.v1.GenerationRequest;
import dev.weir.proto.v1.Tokens;
import dev.weir.proto.v1.Usage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A model whose token i of a prompt is a function of both. Prompts: {@code N} for N tokens; {@code
 * N@K} for a model that waits before token K until it is let go; {@code refuse}, {@code overload
 * N}, {@code break} (as it begins) and {@code fail} (as it goes on) for what goes wrong.
 */
final class TestingGenerator implements Generator {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final AtomicInteger overloads = new AtomicInteger();
  final AtomicInteger begun = new AtomicInteger();
  final AtomicInteger abandoned = new AtomicInteger();
  private final AtomicInteger waiting = new AtomicInteger();
  private boolean letGo;
  private volatile boolean recovered;

  @Override
  public Job begin(GenerationRequest request, RequestHeaders headers, Sink sink) {
    begun.incrementAndGet();
    String prompt =
        request.getMessagesCount() > 0 ? request.getMessages(0).getContent() : request.getPrompt();
    if (prompt.equals("refuse") && !recovered) {
      throw new InvalidRequestException("prompt", "context_length_exceeded", "prompt: too long");
    }
    if (prompt.startsWith("overload ")
        && overloads.incrementAndGet() <= Integer.parseInt(prompt.substring(9))) {
      throw new OverloadedException("full", Duration.ofMillis(1));
    }
    if (prompt.equals("break")) {
      throw new IllegalStateException("broken on purpose");
    }
    sink.admitted();
    return new Counting(prompt, sink);
  }

  static int token(String prompt, int i) {
    return Math.floorMod(prompt.hashCode() * 31 + i, 50_000);
  }

  static List<Integer> tokens(String prompt, int count) {
    List<Integer> tokens = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      tokens.add(token(prompt, i));
    }
    return tokens;
  }

  /** All models that wait go on, and none waits any more. */
  void letGo() {
    lock.lock();
    try {
      letGo = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** What was refused is so no more. */
  void recover() {
    recovered = true;
  }

  /** How many wait now. */
  int waiting() {
    return waiting.get();
  }

  private final class Counting implements Job {
    private final String prompt;
    private final Sink sink;
    private final int count;
    private final int holdAt;
    private boolean begun;
    private boolean cancelled;
    private boolean gone;

    Counting(String prompt, Sink sink) {
      this.prompt = prompt;
      this.sink = sink;
      String[] parts = prompt.replaceAll("[^0-9@]", "").split("@", 2);
      this.count = parts[0].isEmpty() ? 3 : Integer.parseInt(parts[0]);
      this.holdAt = parts.length < 2 ? -1 : Integer.parseInt(parts[1]);
    }

    @Override
    public void proceed(List<Tokens> emitted, long nextIndex) {
      List<Integer> before = emitted.stream().flatMap(t -> t.getIdsList().stream()).toList();
      if (!before.equals(tokens(prompt, before.size()))) {
        throw new IllegalStateException("told to go on behind tokens that are not its own");
      }
      if (prompt.equals("fail")) {
        sink.finished(
            end(FinishReason.FINISH_REASON_ERROR).toBuilder()
                .setError(AttemptAnswer.internal("internal_error", "failed on purpose"))
                .build());
        return;
      }
      lock.lock();
      try {
        begun = true;
      } finally {
        lock.unlock();
      }
      Thread.ofVirtual().start(() -> count(before.size()));
    }

    private void count(int from) {
      for (int i = from; i < count; i++) {
        if (i == holdAt) {
          awaitLetGo();
        }
        lock.lock();
        try {
          if (gone) {
            return;
          }
          if (cancelled) {
            sink.finished(end(FinishReason.FINISH_REASON_CANCELLED));
            return;
          }
        } finally {
          lock.unlock();
        }
        sink.tokens(
            Tokens.newBuilder()
                .setFirstIndex(i)
                .addIds(token(prompt, i))
                .setText(" t" + i)
                .setPromptTokens(5)
                .build());
      }
      sink.finished(end(FinishReason.FINISH_REASON_STOP));
    }

    private void awaitLetGo() {
      lock.lock();
      waiting.incrementAndGet();
      try {
        while (!letGo && !cancelled && !gone) {
          changed.awaitUninterruptibly();
        }
      } finally {
        waiting.decrementAndGet();
        lock.unlock();
      }
    }

    private Finished end(FinishReason reason) {
      return Finished.newBuilder().setReason(reason).build();
    }

    @Override
    public void cancel() {
      boolean silent;
      lock.lock();
      try {
        silent = !begun && !cancelled;
        cancelled = true;
        changed.signalAll();
      } finally {
        lock.unlock();
      }
      if (silent) { // nobody counts who would say it
        sink.finished(
            end(FinishReason.FINISH_REASON_CANCELLED).toBuilder()
                .setUsage(Usage.newBuilder().setPromptTokens(5))
                .build());
      }
    }

    @Override
    public void abandon() {
      abandoned.incrementAndGet();
      lock.lock();
      try {
        gone = true;
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }
}
