package dev.weir.stream;

import dev.weir.proto.v1.Finished;
import dev.weir.stream.AttemptEvent.GiveBack;
import dev.weir.stream.Holding.Mail;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One job slot: a thread that takes a request, sees its attempt through, and takes the next. */
final class Slot implements Runnable {
  private static final Logger log = LoggerFactory.getLogger(Slot.class);
  private static final AttemptIds IDS = new AttemptIds(new SecureRandom());

  /** An idle share consumer polls until one comes, or closes: it may have acquired one already. */
  private static final Duration POLL = Duration.ofMillis(250);

  private final AttemptWorld world;
  private final Supplier<RequestSource> sources;
  private final long lockMs;
  private final IntakeMeters meters;
  private final IntakeLoad load;
  private final boolean ahead;
  private final Thread thread;

  /** Bounded: see {@link AttemptSink}; everything else that happens, happens once. */
  private final BlockingQueue<Mail> mailbox = new LinkedBlockingQueue<>();

  private volatile boolean closing;
  private volatile boolean handOver;
  private volatile boolean busy;
  private volatile @Nullable Waiting waiting;
  // of the thread that calls giveBack
  private @Nullable Waiting askedBack;

  /** An attempt that has written nothing yet. */
  private record Waiting(Holding holding, int attempt, long sinceMs) {}

  /**
   * @param ahead whether it is one of those beyond what runs
   */
  Slot(
      AttemptWorld world,
      Supplier<RequestSource> sources,
      Duration lock,
      IntakeMeters meters,
      IntakeLoad load,
      boolean ahead,
      String name) {
    this.world = world;
    this.sources = sources;
    this.lockMs = lock.toMillis();
    this.meters = meters;
    this.load = load;
    this.ahead = ahead;
    this.thread = Thread.ofPlatform().name("weir-" + name).unstarted(this);
  }

  void start() {
    thread.start();
  }

  @Override
  public void run() {
    while (!closing) {
      try (RequestSource source = sources.get()) {
        serve(source);
      } catch (InterruptException e) {
        log.debug("interrupted", e);
        return;
      } catch (RuntimeException e) { // most of all Kafka's; no other may end this thread either
        log.error("a job slot lost its consumer and opens another", e);
        pause(1000);
      }
    }
  }

  private void serve(RequestSource source) {
    while (!closing) {
      Delivery delivery = poll(source);
      if (delivery != null) {
        load.taken.incrementAndGet();
        busy = true;
        long pauseMs;
        try {
          pauseMs = answer(source, delivery);
        } finally {
          busy = false;
          load.taken.decrementAndGet();
        }
        pause(pauseMs);
      }
    }
  }

  private @Nullable Delivery poll(RequestSource source) {
    load.polling.incrementAndGet();
    try {
      return closing ? null : source.take(POLL);
    } finally {
      load.polling.decrementAndGet();
    }
  }

  /** Returns for how long this slot should take nothing. */
  private long answer(RequestSource source, Delivery delivery) {
    meters.delivered(delivery.offset());
    mailbox.clear();
    Holding holding = new Holding(world, source, delivery, lockMs, IDS::next, mailbox::add);
    try {
      see(holding);
    } finally {
      holding.abandon();
      waits(holding);
    }
    boolean granted = holding.settle();
    if (holding.givenBack() != null) {
      meters.givenBack(holding.givenBack());
    }
    if (holding.hasLostRecords()) {
      meters.lostRecords();
    }
    Finished finished = holding.finished();
    meters.settled(holding.settlement(), granted, finished);
    return holding.pauseMs();
  }

  private void see(Holding holding) {
    holding.begin();
    while (!holding.isDone()) {
      waits(holding);
      Mail mail = await(holding.nextTickMs());
      while (mail != null) {
        holding.on(mail);
        mail = mailbox.poll();
      }
      holding.tick();
      // What goes back sooner is taken by the next consumer of this worker, a delivery for nothing.
      if (closing && load.polling.get() == 0) {
        holding.close();
      }
      if (handOver) {
        holding.handOver();
      }
    }
  }

  private void waits(Holding holding) {
    boolean before = waiting != null;
    boolean now = holding.isWaiting();
    if (now && !before) {
      waiting = new Waiting(holding, holding.attempts(), world.clock().millis());
      load.waiting.incrementAndGet();
    } else if (!now && before) {
      waiting = null;
      load.waiting.decrementAndGet();
    }
  }

  private @Nullable Mail await(long untilMs) {
    long waitMs = Math.max(0, Math.min(untilMs - world.clock().millis(), POLL.toMillis()));
    try {
      return mailbox.poll(waitMs, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  private void pause(long millis) {
    long end = world.clock().millis() + millis;
    while (millis > 0 && !closing && world.clock().millis() < end) {
      await(end);
    }
  }

  /** Whether it has a request. */
  boolean isBusy() {
    return busy;
  }

  boolean isAhead() {
    return ahead;
  }

  /**
   * Since when its request waits for room, milliseconds since 1970; the far future if none does.
   */
  long waitsSinceMs() {
    Waiting now = waiting;
    return now == null ? Long.MAX_VALUE : now.sinceMs();
  }

  /** Leaves a request that waits to others, unless its deliveries run short. One thread calls. */
  void giveBack(GiveBack.Reason reason) {
    Waiting now = waiting;
    if (now != null && now != askedBack) {
      askedBack = now;
      mailbox.add(new Mail(now.holding(), now.attempt(), new GiveBack(reason)));
    }
  }

  /** Takes nothing more, and leaves what waits to others. */
  void stopTaking() {
    closing = true;
  }

  /** Leaves what runs to others. */
  void handOver() {
    handOver = true;
  }

  /** Waits for its end; false if the limit came first. */
  boolean join(Duration limit) throws InterruptedException {
    return thread.getState() == Thread.State.NEW || thread.join(limit);
  }
}
