package dev.weir.stream;

import com.google.protobuf.ByteString;
import dev.weir.proto.v1.Finished;
import dev.weir.stream.AttemptEvent.GiveBack;
import dev.weir.stream.RequestSource.Settlement;
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
  private static final SecureRandom RANDOM = new SecureRandom();

  /** An idle share consumer polls until one comes, or closes: it may have acquired one already. */
  private static final Duration POLL = Duration.ofMillis(250);

  private static final long MAX_PAUSE_MS = 5_000;

  private final AttemptWorld world;
  private final Supplier<RequestSource> sources;
  private final long renewMs;
  private final IntakeMeters meters;
  private final IntakeLoad load;
  private final boolean ahead;
  private final Thread thread;
  private final BlockingQueue<Mail> mailbox = new LinkedBlockingQueue<>();
  private volatile boolean closing;
  private volatile boolean handOver;
  private volatile boolean busy;
  private volatile @Nullable Waiting waiting;
  // of the thread that calls giveBack
  private int askedBack;

  /** Bounded: see {@link AttemptSink}; everything else that happens, happens once. */
  private record Mail(int attempt, AttemptEvent event) {}

  /** An attempt that has written nothing yet. */
  private record Waiting(int attempt, long sinceMs) {}

  private int attempts;

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
    this.renewMs = lock.toMillis() / 3;
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
      Delivery delivery = source.take(POLL);
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
        pause(Math.min(pauseMs, MAX_PAUSE_MS));
      }
    }
  }

  /** Returns for how long this slot should take nothing. */
  private long answer(RequestSource source, Delivery delivery) {
    meters.delivered(delivery.offset());
    Attempt attempt = runAttempt(source, delivery);
    // What the broker drops after this delivery must not be released: it is tried again here.
    while (delivery.last() && attempt.settlement() == Settlement.RELEASE && !handOver) {
      if (!hold(source, Math.max(attempt.pause().toMillis(), 100))) {
        break;
      }
      attempt = runAttempt(source, delivery);
    }
    boolean granted = source.settle(attempt.settlement());
    if (attempt.givenBack() != null) {
      meters.givenBack(attempt.givenBack());
    }
    Finished finished = attempt.finished();
    meters.settled(attempt.settlement(), granted, finished);
    return attempt.pause().toMillis();
  }

  private Attempt runAttempt(RequestSource source, Delivery delivery) {
    int number = ++attempts;
    byte[] id = new byte[16];
    RANDOM.nextBytes(id);
    mailbox.clear();
    Attempt attempt =
        new Attempt(
            world,
            delivery,
            ByteString.copyFrom(id),
            event -> mailbox.add(new Mail(number, event)));
    try {
      see(attempt, number, source);
    } finally {
      if (!attempt.isDone()) {
        attempt.stop("its slot failed");
      }
      waits(attempt, number);
    }
    return attempt;
  }

  private void see(Attempt attempt, int number, RequestSource source) {
    long renewAtMs = world.clock().millis() + renewMs;
    guarded(attempt, attempt::begin);
    while (!attempt.isDone()) {
      waits(attempt, number);
      Mail mail = await(Math.min(renewAtMs, attempt.nextTickMs()));
      while (mail != null) {
        AttemptEvent event = mail.event();
        if (mail.attempt() == number) {
          guarded(attempt, () -> attempt.on(event));
        }
        mail = mailbox.poll();
      }
      long now = world.clock().millis();
      guarded(attempt, () -> attempt.tick(now));
      if (!attempt.isDone() && now >= renewAtMs) {
        renewAtMs = now + renewMs;
        if (!source.renew()) {
          attempt.on(new AttemptEvent.LockLost());
        }
      }
      if (closing) {
        attempt.on(new GiveBack(GiveBack.Reason.CLOSING));
      }
      if (handOver) {
        attempt.on(new AttemptEvent.HandOver());
      }
    }
  }

  private void waits(Attempt attempt, int number) {
    boolean before = waiting != null;
    if (attempt.isWaiting() && !before) {
      waiting = new Waiting(number, world.clock().millis());
      load.waiting.incrementAndGet();
    } else if (!attempt.isWaiting() && before) {
      waiting = null;
      load.waiting.decrementAndGet();
    }
  }

  private void guarded(Attempt attempt, Runnable step) {
    try {
      step.run();
    } catch (InterruptException e) {
      throw e;
    } catch (RuntimeException e) { // a generator's, or our own: this attempt has failed
      log.error("an attempt failed", e);
      if (!attempt.isDone()) {
        attempt.stop("it failed: " + e);
      }
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

  /** Waits under the lock; false if it was lost. */
  private boolean hold(RequestSource source, long pauseMs) {
    long end = world.clock().millis() + Math.min(pauseMs, MAX_PAUSE_MS);
    long renewAtMs = world.clock().millis();
    while (world.clock().millis() < end && !handOver) {
      if (world.clock().millis() >= renewAtMs) {
        renewAtMs = world.clock().millis() + renewMs;
        if (!source.renew()) {
          return false;
        }
      }
      await(Math.min(end, renewAtMs));
    }
    return true;
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
    if (now != null && now.attempt() != askedBack) {
      askedBack = now.attempt();
      mailbox.add(new Mail(now.attempt(), new GiveBack(reason)));
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
