package dev.weir.engine;

import dev.weir.engine.EngineMetrics.RequestSummary;
import dev.weir.engine.Scheduler.Part;
import dev.weir.engine.Sequence.State;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the engine's thread does: {@code step = schedule -> run -> sample -> emit}, and between the
 * steps what others ask for. For use by one thread.
 */
final class EngineLoop {
  private final LanguageModel model;
  private final ModelLimits limits;
  private final EngineMetrics metrics;
  private final EngineClock clock;
  private final Scheduler scheduler;
  private final Deadlines deadlines;
  private final TokenDraw draw;
  private final ComputeLease.Member lease;
  private final Observer observer;
  private @Nullable Throwable stopped;

  /** Hears where sequences are, on the engine's thread. */
  interface Observer {
    /** It has a slot for the first time. */
    default void admitted(Sequence sequence) {}

    /** It has left the engine. */
    void gone(Sequence sequence);
  }

  EngineLoop(
      LanguageModel model,
      TextEngineConfig config,
      EngineMetrics metrics,
      EngineClock clock,
      ComputeLease.Member lease,
      Observer observer) {
    this.model = model;
    this.metrics = metrics;
    this.clock = clock;
    this.lease = lease;
    this.observer = observer;
    limits = model.limits();
    Sampler sampler = new Sampler(limits.vocabulary());
    boolean speculates = config.speculation() && limits.rowInvariant();
    scheduler =
        new Scheduler(
            limits, config.stepTokens(), speculates, sampler, metrics, observer::admitted);
    deadlines = new Deadlines(clock, scheduler);
    draw = new TokenDraw(sampler, scheduler, metrics);
  }

  void submit(Sequence sequence) {
    scheduler.add(sequence);
    reportLoad();
    if (stopped != null) {
      fail(sequence, stopped);
    }
  }

  void proceed(Sequence sequence, int[] emitted) {
    if (sequence.state == State.ENDED) {
      return;
    }
    for (int token : emitted) {
      if (token < 0 || token >= limits.vocabulary()) {
        fail(
            sequence,
            new IllegalArgumentException(
                "an earlier attempt emitted token %d, but the vocabulary has %d: another model"
                    .formatted(token, limits.vocabulary())));
        return;
      }
    }
    sequence.proceed(emitted);
    deadlines.proceeds(sequence);
    FinishReason reason = sequence.output.finished();
    if (reason != null) {
      finish(sequence, reason, "", null);
    }
  }

  void cancel(Sequence sequence) {
    if (sequence.state != State.ENDED) {
      finish(sequence, FinishReason.CANCELLED, sequence.output.release(), null);
    }
  }

  void abandon(Sequence sequence) {
    if (sequence.state != State.ENDED) {
      remove(sequence);
    }
  }

  /** The engine stops: ends every sequence with an error, those that are yet submitted too. */
  void stop(Throwable cause) {
    stopped = cause;
    for (Sequence sequence : all()) {
      fail(sequence, cause);
    }
  }

  /**
   * One step.
   *
   * @return whether there was anything to compute; if not, nothing changes until somebody asks for
   *     something or a deadline passes
   */
  boolean step() {
    deadlines.late().forEach(this::passDeadline);
    List<Part> parts = scheduler.schedule(clock.nanoTime(), deadlines.timeLeft());
    scheduler.hopeless().forEach(this::passDeadline);
    if (parts.isEmpty()) {
      reportLoad();
      return false;
    }
    Throwable fault = compute(parts, true);
    if (fault != null) {
      separate(parts, fault);
    }
    reportLoad();
    return true;
  }

  /** A prompt that makes the model fail ends its own request, and none that ran beside it. */
  private void separate(List<Part> parts, Throwable fault) {
    for (Part part : parts) {
      // What a step writes into the cache depends on its own tokens alone: it may be made again.
      Throwable own = parts.size() == 1 ? fault : compute(List.of(part), false);
      if (own != null) {
        fail(part.sequence(), own);
      }
    }
  }

  /**
   * Computes parts in one call of the model and takes what it gives.
   *
   * @param planned whether they are a whole step, whose time is learned from
   * @return what the model threw, and nothing has changed; null if it did not
   */
  private @Nullable Throwable compute(List<Part> parts, boolean planned) {
    int tokens = 0;
    List<SequenceSlice> slices = new ArrayList<>(parts.size());
    for (Part part : parts) {
      slices.add(part.slice());
      tokens += part.slice().tokens().length;
    }
    lease.acquire();
    long started = clock.nanoTime();
    StepOutput output;
    try {
      output = model.step(slices);
    } catch (VirtualMachineError e) {
      throw e; // out of memory and the like: nothing that comes after can be relied on
    } catch (RuntimeException | Error e) {
      return e;
    } finally {
      lease.release(clock.nanoTime() - started);
    }
    long took = clock.nanoTime() - started;
    metrics.onStep(tokens, parts.size(), took);
    if (planned) {
      scheduler.took(took);
    }
    take(parts, output);
    return null;
  }

  private void take(List<Part> parts, StepOutput output) {
    Instant now = clock.now();
    int row = 0;
    for (Part part : parts) {
      Sequence sequence = part.sequence();
      scheduler.computed(part);
      if (!part.slice().queries().isEmpty()) {
        if (Deadlines.isLate(sequence, now)) {
          passDeadline(sequence);
        } else {
          generate(part, output, row);
        }
        row += part.slice().queries().size();
      }
    }
  }

  /** Draws the next tokens of a sequence and emits them; its output may end with them. */
  private void generate(Part part, StepOutput output, int row) {
    Sequence sequence = part.sequence();
    Emission emission = new Emission(sequence, part.draft() + 1, clock.now());
    RuntimeException fault = draw.draw(part, output, row, emission);
    if (emission.tokens() > 0 && !emit(sequence, emission)) {
      return;
    }
    FinishReason reason = sequence.output.finished();
    if (fault != null) {
      fail(sequence, fault);
    } else if (reason != null) {
      finish(sequence, reason, "", null);
    }
  }

  /** Tells the listener; false if it failed. */
  private boolean emit(Sequence sequence, Emission emission) {
    long nanos = clock.nanoTime();
    Sequence.Times times = sequence.times;
    int later = emission.tokens();
    if (sequence.generated() == emission.tokens()) {
      times.firstToken = nanos;
      times.lastToken = nanos;
      metrics.onFirstToken(sequence.promptLength(), nanos - times.submitted);
      later--;
    }
    for (int i = 0; i < later; i++) {
      metrics.onNextToken((nanos - times.lastToken) / later);
    }
    times.lastToken = nanos;
    try {
      sequence.listener.onTokens(emission.span());
      return true;
    } catch (RuntimeException e) {
      metrics.onFault(sequence.request.id(), e);
      remove(sequence); // nobody listens any more
      return false;
    }
  }

  private void passDeadline(Sequence sequence) {
    finish(sequence, FinishReason.DEADLINE, sequence.output.release(), null);
  }

  /** When {@link #step} must be called again although nobody asks for anything; null: never. */
  @Nullable Instant nextDeadline() {
    return deadlines.next();
  }

  private List<Sequence> all() {
    List<Sequence> all = new ArrayList<>(scheduler.running() + scheduler.waiting());
    scheduler.forEach(all::add);
    return all;
  }

  private void fail(Sequence sequence, Throwable cause) {
    metrics.onFault(sequence.request.id(), cause);
    finish(sequence, FinishReason.ERROR, "", cause);
  }

  private void finish(
      Sequence sequence, FinishReason reason, String text, @Nullable Throwable error) {
    boolean admitted = sequence.state == State.RUNNING;
    remove(sequence);
    Sequence.Times times = sequence.times;
    long now = clock.nanoTime();
    boolean generated = sequence.generated() > 0;
    metrics.onFinished(
        new RequestSummary(
            reason,
            sequence.promptLength(),
            sequence.request.sampling().maxTokens(),
            sequence.generated(),
            (admitted ? times.admitted : now) - times.submitted,
            generated ? times.firstToken - times.admitted : 0,
            generated ? times.lastToken - times.firstToken : 0,
            now - times.submitted));
    try {
      sequence.listener.onFinished(sequence.outcome(reason, text, error));
    } catch (RuntimeException e) {
      metrics.onFault(sequence.request.id(), e);
    }
  }

  private void remove(Sequence sequence) {
    scheduler.remove(sequence);
    observer.gone(sequence);
    reportLoad();
  }

  private void reportLoad() {
    metrics.onLoad(scheduler.running(), scheduler.waiting(), scheduler.cacheUse());
  }

  int running() {
    return scheduler.running();
  }

  int waiting() {
    return scheduler.waiting();
  }

  double cacheUse() {
    return scheduler.cacheUse();
  }
}
