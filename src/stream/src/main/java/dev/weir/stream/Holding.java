package dev.weir.stream;

import com.google.protobuf.ByteString;
import dev.weir.proto.v1.Finished;
import dev.weir.stream.AttemptEvent.GiveBack;
import dev.weir.stream.RequestSource.Settlement;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A delivered request as long as a slot has it: its attempt, and its lock, which is renewed. What
 * the broker would drop after this delivery is not released but tried again here.
 *
 * <pre>
 *   begin ──▶ TRYING ── the attempt is done ──▶ DONE ── settle ──▶ (the broker is told)
 *               ▲ │                              ▲
 *     time over │ │ to be released, but it       │ the lock is lost
 *               │ ▼ is the last delivery         │
 *              PAUSED ───────────────────────────┘
 * </pre>
 *
 * <p>It has no thread and no clock of its own: one thread calls it, with the mail that it has sent
 * and when something is due. Not safe for use by several threads; only its mail comes from any.
 */
public final class Holding {
  private static final Logger log = LoggerFactory.getLogger(Holding.class);
  private static final long MIN_PAUSE_MS = 100;

  /** Nothing is held, and nothing taken, for longer after an attempt that has failed. */
  static final long MAX_PAUSE_MS = 5_000;

  private enum State {
    TRYING,
    PAUSED,
    DONE
  }

  private final AttemptWorld world;
  private final RequestSource source;
  private final Delivery delivery;
  private final long renewMs;
  private final Supplier<ByteString> ids;
  private final Consumer<Mail> mailbox;
  private State state = State.TRYING;
  private Attempt attempt;
  private int attempts;
  private long renewAtMs;
  private long pausedUntilMs;
  private boolean closing;
  private boolean handOver;
  private boolean lastWord;
  private boolean lostRecords;

  /** What happened to one of the attempts, on its way to {@link #on}. */
  public record Mail(Holding to, int attempt, AttemptEvent event) {
    @Override
    public String toString() {
      return attempt + " " + event;
    }
  }

  /**
   * @param lockMs how long the broker locks a request unless that is renewed
   * @param ids draws ids of attempts: random, 16 bytes, never used before
   * @param mailbox takes what happens, from any thread, to be given to {@link #on}
   */
  public Holding(
      AttemptWorld world,
      RequestSource source,
      Delivery delivery,
      long lockMs,
      Supplier<ByteString> ids,
      Consumer<Mail> mailbox) {
    this.world = world;
    this.source = source;
    this.delivery = delivery;
    this.renewMs = lockMs / 3;
    this.ids = ids;
    this.mailbox = mailbox;
    this.attempt = newAttempt();
  }

  private Attempt newAttempt() {
    int number = ++attempts;
    renewAtMs = world.clock().millis() + renewMs;
    return new Attempt(
        world, delivery, ids.get(), event -> mailbox.accept(new Mail(this, number, event)));
  }

  /** Begins the first attempt. */
  public void begin() {
    guarded(attempt::begin);
    turn();
  }

  /** Takes one thing that happened. What belongs to another attempt is dropped. */
  public void on(Mail mail) {
    if (state == State.TRYING && mail.to() == this && mail.attempt() == attempts) {
      guarded(() -> attempt.on(mail.event()));
      turn();
    }
  }

  /** Does what is due by now. */
  public void tick() {
    if (state == State.TRYING) {
      long now = world.clock().millis();
      guarded(() -> attempt.tick(now));
      if (!attempt.isDone() && now >= renewAtMs) {
        renewAtMs = now + renewMs;
        if (!source.renew()) {
          attempt.on(new AttemptEvent.LockLost());
        }
      }
    }
    turn();
  }

  /** When {@link #tick} is due, milliseconds since 1970 (UTC). */
  public long nextTickMs() {
    return switch (state) {
      case TRYING -> Math.min(renewAtMs, attempt.nextTickMs());
      case PAUSED -> Math.min(renewAtMs, pausedUntilMs);
      case DONE -> Long.MAX_VALUE;
    };
  }

  /** The worker takes nothing more, and leaves what waits to others. */
  public void close() {
    closing = true;
    turn();
  }

  /** The worker leaves what runs to others, too. */
  public void handOver() {
    handOver = true;
    turn();
  }

  /** Leaves it to another worker, if nothing is written of it. */
  public void giveBack(GiveBack.Reason reason) {
    if (state == State.TRYING) {
      attempt.on(new GiveBack(reason));
      turn();
    }
  }

  /** Ends the attempt, whatever it does. */
  void abandon() {
    if (!attempt.isDone()) {
      attempt.stop("its slot failed");
    }
    state = State.DONE;
  }

  private void turn() {
    if (state == State.TRYING && !attempt.isDone()) {
      if (closing) {
        attempt.on(new GiveBack(GiveBack.Reason.CLOSING));
      }
      if (handOver) {
        attempt.on(new AttemptEvent.HandOver());
      }
    }
    if (state == State.TRYING && attempt.isDone()) {
      attemptDone();
    } else if (state == State.PAUSED) {
      pause();
    }
  }

  private void attemptDone() {
    lostRecords |= attempt.hasLostRecords();
    if (delivery.last() && attempt.settlement() == Settlement.RELEASE && !lastWord) {
      state = State.PAUSED;
      long now = world.clock().millis();
      renewAtMs = now;
      pausedUntilMs = now + Math.clamp(attempt.pause().toMillis(), MIN_PAUSE_MS, MAX_PAUSE_MS);
      pause();
    } else {
      state = State.DONE;
    }
  }

  /** Waits under the lock, to begin again. */
  private void pause() {
    long now = world.clock().millis();
    if (now >= pausedUntilMs || handOver) {
      lastWord = handOver; // it can only tell its readers that no worker has the request any more
      state = State.TRYING;
      attempt = newAttempt();
      begin();
    } else if (now >= renewAtMs) {
      renewAtMs = now + renewMs;
      if (!source.renew()) {
        state = State.DONE;
      }
    }
  }

  private void guarded(Runnable step) {
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

  /** Tells the broker how it ended, once it is done; true if the broker granted it. */
  public boolean settle() {
    return source.settle(attempt.settlement());
  }

  /** Nothing more is tried: {@link #settle} is due. */
  public boolean isDone() {
    return state == State.DONE;
  }

  /** Whether nothing is written of it by the present attempt, and another worker may have it. */
  public boolean isWaiting() {
    return state == State.TRYING && attempt.isWaiting();
  }

  /** How many attempts were begun here. */
  int attempts() {
    return attempts;
  }

  /** What to say to the broker; once it is done. */
  public Settlement settlement() {
    return attempt.settlement();
  }

  /** How the request ended; null if another delivery has to end it. */
  @Nullable Finished finished() {
    return attempt.finished();
  }

  /** Why it was left to others before anything was written; null if it was not. */
  GiveBack.@Nullable Reason givenBack() {
    return attempt.givenBack();
  }

  /** Whether records that a broker had acknowledged were found to be lost. */
  public boolean hasLostRecords() {
    return lostRecords;
  }

  /** How long the slot should take nothing. */
  public long pauseMs() {
    return Math.min(attempt.pause().toMillis(), MAX_PAUSE_MS);
  }
}
