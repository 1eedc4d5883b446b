package dev.weir.engine;

import dev.weir.engine.EngineMetrics.RequestSummary;
import dev.weir.engine.Scheduler.Part;
import dev.weir.engine.Sequence.State;
import dev.weir.engine.TokenSpan.TokenLogprob;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
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
  private final Sampler sampler;
  // told of each sequence that is gone
  private final Consumer<Sequence> onGone;
  private @Nullable Throwable stopped;

  EngineLoop(
      LanguageModel model,
      TextEngineConfig config,
      EngineMetrics metrics,
      EngineClock clock,
      Consumer<Sequence> onGone) {
    this.model = model;
    this.metrics = metrics;
    this.clock = clock;
    this.onGone = onGone;
    limits = model.limits();
    sampler = new Sampler(limits.vocabulary());
    scheduler = new Scheduler(limits, config.stepTokens(), sampler, metrics);
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
    expire();
    List<Part> parts = scheduler.schedule(clock.nanoTime());
    if (parts.isEmpty()) {
      reportLoad();
      return false;
    }
    int tokens = 0;
    List<SequenceSlice> slices = new ArrayList<>(parts.size());
    for (Part part : parts) {
      slices.add(part.slice());
      tokens += part.slice().tokens().length;
    }
    long started = clock.nanoTime();
    StepOutput output;
    try {
      output = model.step(slices);
    } catch (VirtualMachineError e) {
      throw e; // out of memory and the like: nothing that comes after can be relied on
    } catch (RuntimeException | Error e) {
      parts.forEach(part -> fail(part.sequence(), e));
      return true;
    }
    long took = clock.nanoTime() - started;
    metrics.onStep(tokens, parts.size(), took);
    scheduler.took(parts, took);
    int row = 0;
    for (Part part : parts) {
      scheduler.computed(part);
      if (!part.slice().queries().isEmpty()) {
        generate(part, output, row++);
      }
    }
    reportLoad();
    return true;
  }

  /** Samples the next token of a sequence and emits it. */
  private void generate(Part part, StepOutput output, int row) {
    Sequence sequence = part.sequence();
    TokenSpan span;
    try {
      span = sample(part, output, row);
    } catch (RuntimeException e) {
      scheduler.spoil(sequence);
      fail(sequence, e);
      return;
    }
    scheduler.generated(sequence);
    long nanos = clock.nanoTime();
    if (sequence.generated() == 1) {
      sequence.times.firstToken = nanos;
      metrics.onFirstToken(sequence.promptLength(), nanos - sequence.times.submitted);
    } else {
      metrics.onNextToken(nanos - sequence.times.lastToken);
    }
    sequence.times.lastToken = nanos;
    try {
      sequence.listener.onTokens(span);
    } catch (RuntimeException e) {
      metrics.onFault(sequence.request.id(), e);
      remove(sequence); // nobody listens any more
      return;
    }
    FinishReason reason = sequence.output.finished();
    if (reason != null) {
      finish(sequence, reason, "", null);
    }
  }

  private TokenSpan sample(Part part, StepOutput output, int row) {
    Sequence sequence = part.sequence();
    SamplingParameters parameters = sequence.request.sampling();
    int token =
        sampler.sample(
            output,
            row,
            part.slice().queries().getFirst(),
            parameters,
            sequence.request.seed(),
            sequence.nextIndex());
    int top = parameters.topLogprobs();
    List<TokenLogprob> logprobs =
        top < 0 ? List.of() : List.of(Sampler.logprob(output, row, token, top));
    int index = sequence.nextIndex();
    String text = sequence.output.append(token);
    sequence.append(token);
    return new TokenSpan(
        index,
        new int[] {token},
        text,
        logprobs,
        clock.now(),
        sequence.promptLength(),
        sequence.cachedTokens());
  }

  /**
   * Ends what is past its deadline. A sequence that has not been told to proceed is left alone: how
   * many tokens its output has is not known yet.
   */
  private void expire() {
    Instant now = clock.now();
    List<Sequence> expired = new ArrayList<>(0);
    scheduler.forEach(sequence -> {
      if (sequence.proceeded() && !now.isBefore(sequence.request.deadline())) {
        expired.add(sequence);
      }
    });
    for (Sequence sequence : expired) {
      finish(sequence, FinishReason.DEADLINE, sequence.output.release(), null);
    }
  }

  /** When {@link #step} must be called again although nobody asks for anything; null: never. */
  @Nullable Instant nextDeadline() {
    Instant next = null;
    for (Sequence sequence : all()) {
      Instant deadline = sequence.request.deadline();
      if (sequence.proceeded() && (next == null || deadline.isBefore(next))) {
        next = deadline;
      }
    }
    return next;
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
    onGone.accept(sequence);
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
