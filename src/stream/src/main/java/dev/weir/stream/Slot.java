package dev.weir.stream;

import com.google.protobuf.ByteString;
import dev.weir.proto.v1.Finished;
import dev.weir.stream.RequestSource.Settlement;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
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
  private final AtomicInteger busy;
  private final Thread thread;
  private final BlockingQueue<Mail> mailbox = new LinkedBlockingQueue<>();
  private volatile boolean closing;
  private volatile boolean handOver;

  /** Bounded: see {@link AttemptSink}; everything else that happens, happens once. */
  private record Mail(int attempt, AttemptEvent event) {}

  private int attempts;

  Slot(
      AttemptWorld world,
      Supplier<RequestSource> sources,
      Duration lock,
      IntakeMeters meters,
      AtomicInteger busy,
      String name) {
    this.world = world;
    this.sources = sources;
    this.renewMs = lock.toMillis() / 3;
    this.meters = meters;
    this.busy = busy;
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
        busy.incrementAndGet();
        try {
          answer(source, delivery);
        } finally {
          busy.decrementAndGet();
        }
      }
    }
  }

  private void answer(RequestSource source, Delivery delivery) {
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
    Finished finished = attempt.finished();
    meters.settled(attempt.settlement(), granted, finished);
    pause(Math.min(attempt.pause().toMillis(), MAX_PAUSE_MS));
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
    long renewAtMs = world.clock().millis() + renewMs;
    guarded(attempt, attempt::begin);
    while (!attempt.isDone()) {
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
      if (handOver) {
        attempt.on(new AttemptEvent.HandOver());
      }
    }
    return attempt;
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

  /** Takes nothing more. */
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
