package dev.weir.stream;

import dev.weir.proto.v1.FinishReason;
import dev.weir.proto.v1.Finished;
import dev.weir.stream.LogView.Stream;
import dev.weir.stream.RequestSource.Settlement;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How an attempt ends: it proves that a `finished` that counts lies in the log, sends what follows
 * from it, and says what the broker is told.
 *
 * <pre>
 *   OPEN ── settle ──▶ DONE: release (a duplicate: reject), from every state
 *    │ │
 *    │ └─ write ──▶ WRITING  `finished` is on its way (6)
 *    │                 │ AllAcknowledged and Ended: it is in the log, and it counts
 *    │ found (3)       │
 *    └────────────────▶│
 *              error ▼ │
 *              BURYING │ the copy for weir.dead is on its way
 *                    ▼ ▼
 *                 REPLYING  the result is on its way, if its sender wants one
 *                    ▼
 *                  DONE: accept (an error: reject)
 * </pre>
 *
 * <p>For use by the attempt's thread; what becomes of the records comes back as events.
 */
final class AttemptEnding {
  private static final Logger log = LoggerFactory.getLogger(Attempt.class);
  private static final long REPLY_LIMIT_MS = 5_000;

  private enum State {
    OPEN,
    WRITING,
    BURYING,
    REPLYING,
    DONE
  }

  private final AttemptWorld world;
  private final Delivery delivery;
  private final AttemptAnswer answer;
  private final AttemptReading reading;
  private final Consumer<AttemptEvent> events;
  private State state = State.OPEN;
  private boolean acknowledged;
  private @Nullable Stream stream;
  private long limitMs = Long.MAX_VALUE;
  private Settlement settlement = Settlement.RELEASE;

  /**
   * @param reading is closed once the end is proved
   */
  AttemptEnding(
      AttemptWorld world,
      Delivery delivery,
      AttemptAnswer answer,
      AttemptReading reading,
      Consumer<AttemptEvent> events) {
    this.world = world;
    this.delivery = delivery;
    this.answer = answer;
    this.reading = reading;
    this.events = events;
  }

  /** The attempt's own `finished` is on its way. */
  void write() {
    state = State.WRITING;
  }

  /** A `finished` that counts lay in the log before (step 3). */
  void found(Stream whole) {
    stream = whole;
    proved();
  }

  /** All that the attempt wrote is acknowledged, `finished` too. */
  void onAllAcknowledged() {
    acknowledged = true;
    prove();
  }

  /** The reading has come to a `finished` that counts. */
  void onEnded(Stream whole) {
    stream = whole;
    prove();
  }

  private void prove() {
    if (state == State.WRITING && acknowledged && stream != null) {
      proved();
    }
  }

  /** A `finished` that counts lies in the log: anybody may accept the request now. */
  private void proved() {
    reading.close();
    if (isGivenUp() && stream != null) {
      state = State.BURYING;
      world
          .writer()
          .bury(
              delivery,
              stream.finished().getError(),
              stream.attempts(),
              (_, failure) ->
                  events.accept(
                      failure == null
                          ? new AttemptEvent.Buried()
                          : new AttemptEvent.SendFailed("dead", failure)));
    } else {
      reply();
    }
  }

  /**
   * What could not be done is kept, whatever the reason: who finds it can mend it and ask again.
   */
  private boolean isGivenUp() {
    return stream != null && stream.finished().getReason() == FinishReason.FINISH_REASON_ERROR;
  }

  /** The copy for the dead requests is acknowledged. */
  void onBuried() {
    reply();
  }

  private void reply() {
    if (delivery.headers().replyTopic() == null || stream == null) {
      settleByEnd();
      return;
    }
    state = State.REPLYING;
    limitMs = world.clock().millis() + REPLY_LIMIT_MS;
    world
        .writer()
        .reply(
            answer.result(stream, world.clock().millis()),
            delivery.chunkType(),
            delivery.headers(),
            (_, _) -> events.accept(new AttemptEvent.Replied())); // the writer has logged a failure
  }

  /** The result is acknowledged, or failed: the answer is in the log in any case. */
  void onReplied() {
    settleByEnd();
  }

  void tick(long nowMs) {
    if (state == State.REPLYING && nowMs >= limitMs) {
      log.warn("request {}: no acknowledgement of its reply", delivery.requestId());
      settleByEnd();
    }
  }

  /** When {@link #tick} is due, milliseconds since 1970 (UTC). */
  long limitMs() {
    return limitMs;
  }

  private void settleByEnd() {
    settle(isGivenUp() ? Settlement.REJECT : Settlement.ACCEPT);
  }

  /** Nothing more is done. */
  void settle(Settlement how) {
    settlement = how;
    state = State.DONE;
  }

  boolean isDone() {
    return state == State.DONE;
  }

  /** What to say to the broker; once it is done. */
  Settlement settlement() {
    return settlement;
  }

  /** How the request ended; null if another attempt has to. */
  @Nullable Finished finished() {
    return isDone() && settlement != Settlement.RELEASE && stream != null
        ? stream.finished()
        : null;
  }
}
