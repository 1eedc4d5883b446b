package dev.weir.image.draw;

import dev.weir.engine.ComputeLease;
import dev.weir.engine.EngineClock;
import dev.weir.engine.Rejected;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Draws with a network that draws in steps. One thread owns the network and every picture under
 * way; pictures join and leave between steps, and each step takes all that are there.
 */
public final class StepEngine implements PictureEngine {
  // a deadline may be as far away as Instant.MAX
  private static final long LONGEST_WAIT_MS = 60_000;

  private final StepNetwork network;
  private final int places;
  private final EngineClock clock;
  private final StepMetrics metrics;
  private final ComputeLease.Member lease;
  private final int slots;
  private final Thread thread;

  // Bounded by the places: each picture sends at most one of each command.
  private final LinkedBlockingQueue<Runnable> inbox = new LinkedBlockingQueue<>();
  private final AtomicInteger present = new AtomicInteger();
  private final TurnQueue<Item> waiting = new TurnQueue<>();
  private final List<Item> placed = new ArrayList<>();
  private final CompletableFuture<Throwable> failure = new CompletableFuture<>();
  private volatile int running;
  private volatile boolean terminated;
  private volatile double secondsEach = 0.1; // of a picture in its place, for the time to retry
  private volatile @Nullable Throwable stopped;

  /**
   * Starts.
   *
   * @param name of what is drawn with, for the thread
   * @param network owned by the engine from now on, which closes it
   * @param maxWaiting pictures that may wait for a place
   * @param lease held during each step
   */
  public StepEngine(
      String name,
      StepNetwork network,
      int maxWaiting,
      EngineClock clock,
      StepMetrics metrics,
      ComputeLease lease) {
    this.network = network;
    this.slots = network.slots();
    this.places = slots + maxWaiting;
    this.clock = clock;
    this.metrics = metrics;
    this.lease = lease.join(1);
    this.thread = Thread.ofPlatform().name("weir-pictures-" + name).start(this::run);
  }

  @Override
  public Drawing draw(PictureRequest request, PictureListener listener) {
    network.check(request);
    checkAlive();
    if (present.incrementAndGet() > places) {
      present.decrementAndGet();
      throw new Rejected(
          "%d pictures wait for a place".formatted(places - slots),
          Duration.ofMillis((long) (1000 * Math.max(0.05, secondsEach))));
    }
    Item item = new Item(request, listener);
    Runnable submit = () -> waiting.add(request.tenant(), request.priority(), item);
    inbox.add(submit);
    if (terminated && inbox.remove(submit)) {
      checkAlive(); // the thread has not seen it and never will
    }
    return item;
  }

  private void checkAlive() {
    Throwable cause = stopped;
    if (cause != null) {
      throw new IllegalStateException("the engine has stopped: " + cause.getMessage(), cause);
    }
  }

  @Override
  public int slots() {
    return slots;
  }

  @Override
  public int running() {
    return running;
  }

  @Override
  public boolean alive() {
    return stopped == null;
  }

  @Override
  public CompletionStage<Throwable> failure() {
    return failure.minimalCompletionStage();
  }

  @Override
  public void close() {
    if (stopped == null) {
      stopped = new IllegalStateException("the engine was closed");
    }
    inbox.add(() -> {});
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

  private void run() {
    Throwable cause = null;
    try (network) {
      while (stopped == null) {
        obey(due().isEmpty() && (waiting.size() == 0 || placed.size() == slots));
        if (stopped == null) {
          endLate();
          admit();
          step(due());
        }
      }
    } catch (Throwable e) {
      cause = e;
      stopped = e;
      metrics.onFault(e);
    } finally {
      terminated = true;
      stop(cause == null ? new IllegalStateException("the engine was closed") : cause);
    }
    if (cause != null) {
      failure.complete(cause);
    }
  }

  /** Does what others asked for; waits for it if nothing can be drawn. */
  private void obey(boolean idle) throws InterruptedException {
    Runnable command = idle ? inbox.poll(idleMs(), TimeUnit.MILLISECONDS) : inbox.poll();
    for (; command != null; command = inbox.poll()) {
      command.run();
    }
  }

  /** Until the next deadline. */
  private long idleMs() {
    Instant now = clock.now();
    long wait = LONGEST_WAIT_MS;
    for (Item item : placed) {
      Duration left = Duration.between(now, item.request.deadline());
      wait = left.getSeconds() > wait / 1000 ? wait : Math.min(wait, left.toMillis());
    }
    return Math.max(1, wait);
  }

  /** Who was told to proceed and is late; one that waits for that may have ended elsewhere. */
  private void endLate() {
    Instant now = clock.now();
    for (Item item : List.copyOf(placed)) {
      if (item.proceeds && !now.isBefore(item.request.deadline())) {
        item.end(new Drawn.Late());
      }
    }
    waiting
        .removeIf(item -> item.proceeds && !now.isBefore(item.request.deadline()))
        .forEach(item -> item.end(new Drawn.Late()));
  }

  private void admit() {
    while (placed.size() < slots) {
      Item item = waiting.poll();
      if (item == null) {
        break;
      }
      placed.add(item);
      item.admittedNanos = clock.nanoTime();
      item.tell(item.listener::onAdmitted);
    }
    running = placed.size();
    metrics.onLoad(placed.size(), waiting.size());
  }

  private List<Item> due() {
    return placed.stream().filter(item -> item.proceeds).toList();
  }

  private void step(List<Item> items) {
    if (items.isEmpty()) {
      return;
    }
    List<StepNetwork.Canvas> canvases = new ArrayList<>();
    for (Item item : items) {
      canvases.add(item.begun());
    }
    lease.acquire();
    long begun = clock.nanoTime();
    try {
      network.step(canvases);
    } finally {
      lease.release(clock.nanoTime() - begun);
    }
    metrics.onStep(canvases.size(), (clock.nanoTime() - begun) / 1e9);
    items.forEach(Item::stepped);
  }

  private void stop(Throwable cause) {
    for (Runnable command = inbox.poll(); command != null; command = inbox.poll()) {
      command.run();
    }
    for (Item item : List.copyOf(placed)) {
      item.end(new Drawn.Failed(cause));
    }
    for (Item item = waiting.poll(); item != null; item = waiting.poll()) {
      item.end(new Drawn.Failed(cause));
    }
    running = 0;
  }

  /** A picture in the engine. Its fields belong to the engine's thread. */
  private final class Item implements Drawing {
    final PictureRequest request;
    final PictureListener listener;
    boolean proceeds;
    boolean ended;
    long admittedNanos;
    int previews;
    StepNetwork.@Nullable Canvas canvas;

    Item(PictureRequest request, PictureListener listener) {
      this.request = request;
      this.listener = listener;
    }

    @Override
    public void proceed() {
      send(() -> proceeds = true);
    }

    @Override
    public void cancel() {
      send(() -> end(new Drawn.Cancelled()));
    }

    @Override
    public void abandon() {
      send(this::leave);
    }

    private void send(Runnable command) {
      if (!terminated) {
        inbox.add(command);
      }
    }

    StepNetwork.Canvas begun() {
      StepNetwork.Canvas now = canvas;
      if (now == null) {
        now = network.begin(request);
        canvas = now;
      }
      return now;
    }

    void stepped() {
      StepNetwork.Canvas now = begun();
      if (now.step() >= now.steps()) {
        end(new Drawn.Picture(now.places(), now.steps()));
      } else if ((long) now.step() * request.previews() / now.steps() > previews) {
        previews = (int) ((long) now.step() * request.previews() / now.steps());
        tell(() -> listener.onPreview(now.step(), now.steps(), now.preview()));
      }
    }

    void end(Drawn how) {
      if (!ended) {
        if (how instanceof Drawn.Picture) {
          double seconds = (clock.nanoTime() - admittedNanos) / 1e9;
          secondsEach += 0.2 * (seconds - secondsEach);
        }
        leave();
        tell(() -> listener.onEnded(how));
      }
    }

    void leave() {
      if (!ended) {
        ended = true;
        placed.remove(this);
        waiting.removeIf(item -> item == this);
        running = placed.size();
        present.decrementAndGet();
      }
    }

    private void tell(Runnable call) {
      try {
        call.run();
      } catch (RuntimeException e) { // of one listener: the others go on
        metrics.onFault(e);
      }
    }
  }
}
