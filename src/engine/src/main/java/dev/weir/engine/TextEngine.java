package dev.weir.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Generates text for many requests at the same time on one device. One thread owns the model, the
 * cache and every sequence; other threads reach it through a bounded inbox and never wait for it.
 *
 * <p>Safe for use by any thread. Listeners are called by the engine's thread.
 */
public final class TextEngine implements AutoCloseable {
  // each request sends at most submit, proceed, cancel and abandon; see inbox
  private static final int COMMANDS_PER_REQUEST = 4;

  // a deadline may be as far away as Instant.MAX
  private static final Duration LONGEST_WAIT = Duration.ofMinutes(1);

  private final ModelLimits limits;
  private final TokenBytes tokenBytes;
  private final TextEngineConfig config;
  private final EngineClock clock;
  private final EngineMetrics metrics;
  private final Places places;
  private final Thread thread;

  // Between two times that the thread empties it, commands can come from the requests that were
  // taken before and from as many that take the places of those that end in the step between.
  private final BlockingQueue<Command> inbox;
  private volatile int running;
  // why no more requests are taken
  private volatile @Nullable Throwable stopped;
  private final CompletableFuture<Throwable> failure = new CompletableFuture<>();
  // the thread looks at the inbox for the last time after this
  private volatile boolean terminated;

  private sealed interface Command {
    record Submit(Sequence sequence) implements Command {}

    @SuppressWarnings("ArrayRecordComponent") // handed over once
    record Proceed(Sequence sequence, int[] emitted) implements Command {}

    record Cancel(Sequence sequence) implements Command {}

    record Abandon(Sequence sequence) implements Command {}

    /** Wakes the thread up to see that it is to stop. */
    record Wake() implements Command {}
  }

  /**
   * Starts the engine.
   *
   * @param model owned by the engine from now on, which closes it
   * @param tokenBytes the text of the model's tokens
   */
  public TextEngine(
      LanguageModel model,
      TokenBytes tokenBytes,
      TextEngineConfig config,
      EngineMetrics metrics,
      EngineClock clock) {
    this(model, tokenBytes, config, metrics, clock, new ComputeLease());
  }

  /**
   * Starts an engine that shares its device.
   *
   * @param lease held during each step
   */
  public TextEngine(
      LanguageModel model,
      TokenBytes tokenBytes,
      TextEngineConfig config,
      EngineMetrics metrics,
      EngineClock clock,
      ComputeLease lease) {
    this.tokenBytes = tokenBytes;
    this.config = config;
    this.clock = clock;
    this.metrics = metrics;
    limits = model.limits();
    places = new Places(limits.slots(), config);
    inbox = new ArrayBlockingQueue<>(2 * COMMANDS_PER_REQUEST * places.count() + 1);
    EngineLoop loop = new EngineLoop(model, config, metrics, clock, lease.join(1), new Counts());
    thread = Thread.ofPlatform().name("weir-engine").unstarted(() -> run(model, loop));
    thread.start();
  }

  /**
   * Takes a request. Its prompt is computed; its output begins with {@link Generation#proceed}.
   *
   * @throws InvalidRequest if the model can never do it
   * @throws Rejected if the queue is full
   * @throws IllegalStateException if the engine has stopped
   */
  public Generation submit(TextRequest request, TextListener listener) {
    int limit = RequestCheck.outputLimit(request, limits);
    checkAlive();
    int length = request.prompt().length;
    places.take(length);
    OutputText output =
        new OutputText(tokenBytes, config.stripLeadingSpace(), request.sampling(), limit);
    Sequence sequence =
        new Sequence(request, listener, output, limit, limits.lookBack(), clock.nanoTime());
    Command submit = new Command.Submit(sequence);
    inbox.add(submit);
    if (terminated && inbox.remove(submit)) {
      places.left(length);
      checkAlive(); // the thread has not seen it and never will
    }
    return new Handle(sequence);
  }

  private void checkAlive() {
    Throwable cause = stopped;
    if (cause != null) {
      throw new IllegalStateException("the engine has stopped: " + cause.getMessage(), cause);
    }
  }

  /** What the model offers. */
  public ModelLimits limits() {
    return limits;
  }

  /** Requests that have a slot now. */
  public int running() {
    return running;
  }

  /** Whether the engine's thread lives; it ends when it is closed, or by a fatal error. */
  public boolean alive() {
    return stopped == null;
  }

  /**
   * Completes with the fatal error that stopped the engine, if one ever does, on the engine's
   * thread. What that thread ran has ended with an error by then.
   */
  public CompletionStage<Throwable> failure() {
    return failure.minimalCompletionStage();
  }

  /** Ends what still runs with an error, stops the thread and closes the model. */
  @Override
  public void close() {
    if (Thread.currentThread() == thread) {
      throw new IllegalStateException("a listener cannot wait for the engine that calls it");
    }
    if (stopped == null) {
      stopped = new IllegalStateException("the engine was closed");
    }
    inbox.offer(new Command.Wake()); // if the inbox is full, the thread is awake
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void run(LanguageModel model, EngineLoop loop) {
    Throwable cause = null;
    try (model) {
      boolean worked = false;
      while (apply(worked ? inbox.poll() : await(loop), loop)) {
        worked = loop.step();
        running = loop.running();
      }
    } catch (Throwable e) {
      metrics.onFault("", e);
      cause = e;
      stopped = e;
    } finally {
      terminated = true;
      loop.stop(cause == null ? new IllegalStateException("the engine was closed") : cause);
      apply(inbox.poll(), loop);
      running = 0;
    }
    if (cause != null) {
      failure.complete(cause);
    }
  }

  /**
   * Does what others asked for.
   *
   * @return false if the engine is to stop
   */
  private boolean apply(@Nullable Command command, EngineLoop loop) {
    for (; command != null; command = inbox.poll()) {
      switch (command) {
        case Command.Submit(Sequence sequence) -> loop.submit(sequence);
        case Command.Proceed(Sequence sequence, int[] emitted) -> loop.proceed(sequence, emitted);
        case Command.Cancel(Sequence sequence) -> loop.cancel(sequence);
        case Command.Abandon(Sequence sequence) -> loop.abandon(sequence);
        case Command.Wake() -> {}
      }
    }
    return stopped == null;
  }

  /** Waits for a command, or for the next deadline. */
  private @Nullable Command await(EngineLoop loop) throws InterruptedException {
    Instant deadline = loop.nextDeadline();
    if (deadline == null) {
      return inbox.take();
    }
    Duration wait = Duration.between(clock.now(), deadline);
    long millis = wait.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT.toMillis() : wait.toMillis();
    return inbox.poll(Math.max(1, millis), TimeUnit.MILLISECONDS);
  }

  /** Keeps count of who is here. */
  private final class Counts implements EngineLoop.Observer {
    @Override
    public void admitted(Sequence sequence) {
      places.admitted(sequence.promptLength());
      try {
        sequence.listener.onAdmitted();
      } catch (RuntimeException e) { // it will fail at its first token too
        metrics.onFault(sequence.request.id(), e);
      }
    }

    @Override
    public void gone(Sequence sequence) {
      if (sequence.wasAdmitted()) {
        places.ended(clock.nanoTime() - sequence.times.admitted);
      } else {
        places.left(sequence.promptLength());
      }
    }
  }

  /** Each command is sent once at most: the inbox holds what all of them can send. */
  private final class Handle implements Generation {
    private final Sequence sequence;
    private final AtomicBoolean proceeded = new AtomicBoolean();
    private final AtomicBoolean cancelled = new AtomicBoolean();
    private final AtomicBoolean abandoned = new AtomicBoolean();

    Handle(Sequence sequence) {
      this.sequence = sequence;
    }

    @Override
    public void proceed(int[] emitted) {
      if (proceeded.getAndSet(true)) {
        throw new IllegalStateException("request " + sequence.request.id() + " proceeds already");
      }
      send(new Command.Proceed(sequence, emitted.clone()));
    }

    @Override
    public void cancel() {
      if (!cancelled.getAndSet(true)) {
        send(new Command.Cancel(sequence));
      }
    }

    @Override
    public void abandon() {
      if (!abandoned.getAndSet(true)) {
        send(new Command.Abandon(sequence));
      }
    }

    private void send(Command command) {
      if (sequence.state != Sequence.State.ENDED && !terminated) {
        inbox.add(command);
      }
    }
  }
}
