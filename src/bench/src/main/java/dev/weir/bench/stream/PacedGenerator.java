package dev.weir.bench.stream;

import dev.weir.proto.v1.FinishReason;
import dev.weir.proto.v1.Finished;
import dev.weir.proto.v1.GenerationRequest;
import dev.weir.proto.v1.Tokens;
import dev.weir.stream.Generator;
import dev.weir.stream.RequestHeaders;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Engines without a model: made-up tokens at a pace, each with the time of its birth in its text
 * ({@link BirthMark}). A real engine takes all cores, and what streams cost beside it could not be
 * told apart.
 *
 * <p>As a real one does, an engine makes a step for all its sequences at once, so that their tokens
 * come together. Engines step at different moments.
 */
final class PacedGenerator implements Generator, AutoCloseable {
  /** A fraction of the golden ratio: engines' moments spread evenly, however many there are. */
  private static final double SPREAD = 0.618;

  private static final int VOCABULARY = 49_152;

  private final int sequencesPerEngine;
  private final List<Engine> engines = new ArrayList<>();
  private final AtomicLong emitted = new AtomicLong();
  private volatile long stepNanos = 1_000_000_000L;
  private volatile int tokensPerStep = 1;
  private volatile Text text = Text.BIRTH_MARKS;
  private volatile boolean closed;

  /** What the tokens say. */
  enum Text {
    BIRTH_MARKS,
    /** A space and three letters, drawn at random: no text compresses worse. */
    LETTERS
  }

  /**
   * @param sequencesPerEngine how many outputs are made in one step
   */
  PacedGenerator(int sequencesPerEngine) {
    this.sequencesPerEngine = sequencesPerEngine;
  }

  /**
   * From now on.
   *
   * @param tokens of each output that a step gives, together
   */
  void pace(double stepsPerSecond, int tokens, Text what) {
    text = what;
    stepNanos = Math.round(1e9 / stepsPerSecond);
    tokensPerStep = tokens;
  }

  /** Tokens made so far. */
  long emitted() {
    return emitted.get();
  }

  /** Every output ends here, as if it had reached its length. */
  void endAll() {
    synchronized (engines) {
      engines.forEach(engine -> engine.sequences.forEach(sequence -> sequence.ending = true));
    }
  }

  @Override
  public Job begin(GenerationRequest request, RequestHeaders headers, Sink sink) {
    sink.admitted();
    var sampling = request.getSampling();
    return new Sequence(sink, sampling.hasMaxTokens() ? sampling.getMaxTokens() : Long.MAX_VALUE);
  }

  private void run(Sequence sequence) {
    synchronized (engines) {
      if (closed) {
        return;
      }
      for (Engine engine : engines) {
        if (engine.sequences.size() < sequencesPerEngine) {
          engine.sequences.add(sequence);
          return;
        }
      }
      Engine engine = new Engine(engines.size());
      engine.sequences.add(sequence);
      engines.add(engine);
      engine.thread.start();
    }
  }

  @Override
  public void close() {
    synchronized (engines) {
      closed = true;
      engines.forEach(engine -> LockSupport.unpark(engine.thread));
    }
  }

  private final class Engine implements Runnable {
    private final int number;
    private final Thread thread;

    /** Bounded by {@link #sequencesPerEngine}. */
    private final Queue<Sequence> sequences = new ConcurrentLinkedQueue<>();

    Engine(int number) {
      this.number = number;
      this.thread = Thread.ofPlatform().daemon().name("weir-paced-" + number).unstarted(this);
    }

    @Override
    public void run() {
      while (!closed) {
        // Moments are multiples of the step, so that engines keep their distance at any pace.
        long step = stepNanos;
        long phase = (long) (step * (number * SPREAD % 1));
        long now = System.nanoTime();
        long due = now - Math.floorMod(now - phase, step) + step;
        while (now < due && !closed) {
          LockSupport.parkNanos(due - now);
          now = System.nanoTime();
        }
        int tokens = tokensPerStep;
        sequences.removeIf(sequence -> !sequence.step(tokens));
      }
    }
  }

  private final class Sequence implements Job {
    private final Sink sink;
    private final long length;
    private final StringBuilder said = new StringBuilder();
    private final SplittableRandom random = new SplittableRandom(hashCode());
    private long next;
    private volatile boolean ending;
    private volatile boolean cancelled;
    private volatile boolean abandoned;

    Sequence(Sink sink, long length) {
      this.sink = sink;
      this.length = length;
    }

    @Override
    public void proceed(List<Tokens> before, long nextIndex) {
      for (Tokens tokens : before) {
        next += tokens.getIdsCount();
      }
      PacedGenerator.this.run(this);
    }

    /** False if it has ended. */
    boolean step(int tokens) {
      if (abandoned) {
        return false;
      }
      if (cancelled || ending || next >= length) {
        FinishReason reason =
            cancelled ? FinishReason.FINISH_REASON_CANCELLED : FinishReason.FINISH_REASON_LENGTH;
        sink.finished(Finished.newBuilder().setReason(reason).build());
        return false;
      }
      long count = Math.min(tokens, length - next);
      Tokens.Builder made =
          Tokens.newBuilder().setFirstIndex(next).setBornMs(System.currentTimeMillis());
      said.setLength(0);
      int ticks = BirthMark.ticks();
      for (long i = 0; i < count; i++) {
        made.addIds(random.nextInt(VOCABULARY));
        switch (text) {
          case BIRTH_MARKS -> BirthMark.write(ticks, said);
          case LETTERS -> letters();
        }
      }
      next += count;
      emitted.addAndGet(count);
      sink.tokens(made.setText(said.toString()).build());
      return true;
    }

    private void letters() {
      said.append(' ');
      for (int i = 1; i < BirthMark.LENGTH; i++) {
        said.append((char) random.nextInt('a', 'z' + 1));
      }
    }

    @Override
    public void cancel() {
      cancelled = true;
    }

    @Override
    public void abandon() {
      abandoned = true;
    }
  }
}
