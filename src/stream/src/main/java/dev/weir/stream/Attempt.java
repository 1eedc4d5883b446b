package dev.weir.stream;

import com.google.protobuf.ByteString;
import dev.weir.proto.InvalidRequestException;
import dev.weir.proto.v1.Failure;
import dev.weir.proto.v1.FinishReason;
import dev.weir.proto.v1.Finished;
import dev.weir.proto.v1.ImagePart;
import dev.weir.proto.v1.Preview;
import dev.weir.proto.v1.Tokens;
import dev.weir.stream.AttemptEvent.GiveBack.Reason;
import dev.weir.stream.RequestSource.Settlement;
import dev.weir.stream.StreamReader.StreamFailure;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One delivery of a request, from `started` to the accept: steps 1 to 6 of the stream protocol.
 * Before them it waits for room in the generator, and nothing is written.
 *
 * <pre>
 *   begin ──▶ WAITING ── GiveBack ──▶ DONE: release
 *                │ Admitted; or it needs no room: cancelled, deadline, invalid
 *                │
 *                │ no `from`
 *                ├─────────▶ LOCATING
 *                │               │ Located
 *                │ `from`        ▼
 *                └────────▶ STARTING  `started` is on its way; the log is read up to it    (1, 2)
 *                            │ Read
 *          ┌─────────────────┼───────────────────────────┐
 *          │ finished lies   │ nothing against it        │ cancelled, deadline, invalid,
 *          │ in the log (3)  ▼                           │ too many attempts (4)
 *          │              RUNNING  tokens are emitted (5)│
 *          │                 │ the output ends           │
 *          │                 ▼                           │
 *          └─────────────▶ ENDING ◀──────────────────────┘ `finished` is on its way (6), or lies in the
 *                            │                             log: what is left is AttemptEnding's
 *                            ▼
 *                          DONE: accept (an error: reject)
 *
 *   Displaced, LockLost, SendFailed, ReadFailed, LostRecords, HandOver ──▶ DONE: release (a duplicate: reject)
 *   its generator failed ──▶ DONE: release, or at the limit of attempts ENDING
 * </pre>
 *
 * <p>What it reads is {@link AttemptReading}'s, what it writes {@link AttemptRecords}'; {@link
 * AttemptJob} asks the generator. Longer than a class should be, since its states in two classes
 * are harder to check.
 *
 * <p>Not safe for use by several threads: one calls {@link #begin}, {@link #on} and {@link #tick};
 * what happens elsewhere comes back through {@code events}.
 */
final class Attempt {
  /** The code of a `finished` of a request that was given up. */
  static final String GAVE_UP = "attempts_exhausted";

  private static final Logger log = LoggerFactory.getLogger(Attempt.class);

  /** Whatever ended them: processes that die, or lose their locks, are mostly not to blame. */
  private static final int MAX_ATTEMPTS = 8;

  /** Without a token, of which the last one ended in a failure of its generator. */
  private static final int MAX_FAILING_ATTEMPTS = 3;

  private static final long INTERNAL_PAUSE_MS = 1_000;

  /** Time for another worker to take what was given back, before this slot would take it again. */
  private static final long GIVEN_BACK_PAUSE_MS = 500;

  private enum State {
    WAITING,
    LOCATING,
    STARTING,
    RUNNING,
    ENDING,
    DONE
  }

  private final AttemptWorld world;
  private final Delivery delivery;
  private final Consumer<AttemptEvent> events;
  private final AttemptAnswer answer;
  private final AttemptReading reading;
  private final AttemptRecords records;
  private final AttemptEnding ending;
  private final AttemptJob job = new AttemptJob();
  private final long deadlineMs;

  private State state = State.WAITING;
  private Cancellations.@Nullable Watch watch;
  private @Nullable InvalidRequestException invalid;
  private @Nullable String broken;
  private @Nullable String cancelled;
  private @Nullable Finished earlyEnd;
  private LogView.@Nullable Before begunAt;
  private long pauseMs;
  private @Nullable Reason givenBack;
  private boolean lostRecords;

  /**
   * @param id random, 16 bytes, never used before
   * @param events takes what happens, from any thread, to be given to {@link #on}
   */
  Attempt(AttemptWorld world, Delivery delivery, ByteString id, Consumer<AttemptEvent> events) {
    this.world = world;
    this.delivery = delivery;
    this.events = events;
    this.invalid = delivery.invalid();
    this.answer = new AttemptAnswer(delivery, world.worker());
    OwnRecords own = new OwnRecords(world.clock());
    reading = new AttemptReading(world.reader(), delivery, id, own, events);
    records = new AttemptRecords(world, delivery, id, own, events);
    ending = new AttemptEnding(world, delivery, answer, reading, events);
    this.deadlineMs = answer.deadlineMs(world.defaultDeadline());
  }

  /** Gives it to the generator. */
  void begin() {
    watch =
        world
            .cancellations()
            .watch(delivery.requestId(), why -> events.accept(new AttemptEvent.Cancelled(why)));
    cancelled = world.cancellations().reason(delivery.requestId());
    if (beginJob() && !job.isOpen()) {
      start();
    }
  }

  /** Begins the reading and `started` beside each other, and beside the prompt. */
  private void start() {
    answer.starts(world.clock().millis());
    int partitions;
    try {
      partitions = world.writer().partitions();
    } catch (StreamUnavailableException e) {
      stop(e.getMessage() == null ? "no Kafka" : e.getMessage());
      return;
    }
    state = State.LOCATING;
    if (reading.begin(partitions)) {
      writeStarted();
    }
  }

  /** False if the request goes back at once, and nothing is written. */
  private boolean beginJob() {
    if (invalid != null || cancelled != null || world.clock().millis() >= deadlineMs) {
      return true;
    }
    try {
      job.begin(world.generator(), delivery, deadlineMs, events);
    } catch (InvalidRequestException e) {
      invalid = e;
    } catch (OverloadedException e) {
      pauseMs = e.retryAfter().toMillis();
      stop("the engine is full: " + e.getMessage());
      return false;
    } catch (RuntimeException e) { // whatever an engine may throw counts as an attempt
      log.error("request {} cannot begin", delivery.requestId(), e);
      broken = e.toString();
    }
    return true;
  }

  private void writeStarted() {
    state = State.STARTING;
    int partition = reading.partition();
    records.started(
        partition, answer.started(partition, reading.fromOffset(), deadlineMs, world.numericsId()));
  }

  /** Takes one event; one that comes too late to matter is ignored. */
  void on(AttemptEvent event) {
    if (isDone()) {
      return;
    }
    switch (event) {
      case AttemptEvent.Admitted() -> startIfWaiting();
      case AttemptEvent.GiveBack(Reason reason) -> giveBack(reason);
      case AttemptEvent.Located at -> located(at);
      case AttemptEvent.StartedAt(long offset) -> startedAt(offset);
      case AttemptEvent.Read(LogView.Before before) -> decide(before);
      case AttemptEvent.Displaced(String why) -> stop(why);
      case AttemptEvent.Duplicate() -> rejectDuplicate();
      case AttemptEvent.Ended(LogView.Stream whole) -> ending.onEnded(whole);
      case AttemptEvent.ReadFailed(StreamFailure failure) -> readFailed(failure);
      case AttemptEvent.AllAcknowledged() -> ending.onAllAcknowledged();
      case AttemptEvent.SendFailed(String what, Exception failure) -> sendFailed(what, failure);
      case AttemptEvent.Buried() -> ending.onBuried();
      case AttemptEvent.Replied() -> ending.onReplied();
      case AttemptEvent.MadeTokens(Tokens tokens) -> madeTokens(tokens);
      case AttemptEvent.MadePreview(Preview preview) -> madePreview(preview);
      case AttemptEvent.MadeImage(ImagePart part) -> madeImage(part);
      case AttemptEvent.MadeEnd(Finished finished) -> madeEnd(finished);
      case AttemptEvent.Cancelled(String reason) -> cancel(reason);
      case AttemptEvent.OfReading(int number, AttemptEvent told) -> {
        if (reading.isCurrent(number)) {
          on(told);
        }
      }
      case AttemptEvent.LostRecords(long offset) -> lostRecords(offset);
      case AttemptEvent.LockLost() -> stop("its lock was not renewed");
      case AttemptEvent.HandOver() -> handOver();
    }
    closeIfDone();
  }

  private void cancel(String reason) {
    cancelled = reason;
    startIfWaiting();
    job.cancel(FinishReason.FINISH_REASON_CANCELLED, world.clock().millis());
  }

  private void startIfWaiting() {
    if (state == State.WAITING) {
      start();
    }
  }

  /** Nothing was written: another worker takes it as if it had never been here. */
  private void giveBack(Reason reason) {
    boolean may = reason == Reason.CLOSING ? !delivery.last() : delivery.hasSpare();
    if (state == State.WAITING && may) {
      givenBack = reason;
      pauseMs = GIVEN_BACK_PAUSE_MS;
      stop(reason.words);
    }
  }

  /** Does what is due at a time. */
  void tick(long nowMs) {
    if (state == State.WAITING && nowMs >= deadlineMs) {
      start();
    }
    reading.tick(nowMs);
    if (state == State.RUNNING) {
      if (nowMs >= records.dueMs()) {
        records.flush();
      }
      if (!job.isAskedToEnd() && nowMs >= deadlineMs) {
        job.cancel(FinishReason.FINISH_REASON_DEADLINE, world.clock().millis());
      } else if (nowMs >= job.limitMs()) {
        log.warn("request {}: its generator does not end", delivery.requestId());
        end(answer.without(job.endBy()));
      }
    } else {
      ending.tick(nowMs);
      closeIfDone();
    }
  }

  /** When {@link #tick} is due, milliseconds since 1970 (UTC). */
  long nextTickMs() {
    long due = Math.min(Math.min(ending.limitMs(), records.dueMs()), reading.dueMs());
    if (state == State.RUNNING) {
      due = Math.min(due, job.limitMs());
    }
    boolean open = state == State.WAITING || (state == State.RUNNING && !job.isAskedToEnd());
    return open ? Math.min(due, deadlineMs) : due;
  }

  private void located(AttemptEvent.Located at) {
    if (state == State.LOCATING) {
      reading.located(at.offset());
      writeStarted();
    }
  }

  /** A `from` beyond our own record is none: a reading there would miss what lies before. */
  private void startedAt(long offset) {
    if (state == State.STARTING && reading.isFirst() && reading.fromOffset() > offset) {
      reading.beginBeforeItsTime();
    }
  }

  private void readFailed(StreamFailure failure) {
    if (failure.code().equals("out_of_range") && state == State.STARTING && reading.isFirst()) {
      reading.beginBeforeItsTime(); // a `from` that is none
    } else {
      stop("the chunk log cannot be read: " + failure.message());
    }
  }

  /** Steps 3 to 5: all before our `started` is known. */
  private void decide(LogView.Before before) {
    if (state != State.STARTING) {
      return; // of a reading that was begun again just after it had found our `started`
    }
    records.goOnAt(before.next());
    answer.emitted(before.tokens());
    if (before.finished() != null) {
      job.drop();
      state = State.ENDING;
      ending.found(new LogView.Stream(before.tokens(), before.finished(), before.attempts()));
    } else if (before.duplicate()) {
      rejectDuplicate();
    } else if (cancelled != null) {
      endBy(FinishReason.FINISH_REASON_CANCELLED);
    } else if (world.clock().millis() >= deadlineMs) {
      endBy(FinishReason.FINISH_REASON_DEADLINE);
    } else if (invalid != null) {
      end(answer.failed(invalid.toFailure()));
    } else if (before.attempts() > MAX_ATTEMPTS) {
      end(answer.failed(gaveUp(before.attempts() - 1, before.attemptsWithoutToken() - 1, null)));
    } else if (earlyEnd != null) {
      end(earlyEnd);
    } else if (broken != null || !job.isOpen()) {
      generatorFailed(before, broken == null ? "it took nothing" : broken);
    } else {
      begunAt = before;
      state = State.RUNNING;
      job.proceed(before.tokens(), before.next());
    }
  }

  /** A generator that has the request tells how much of it was used; nobody else knows. */
  private void endBy(FinishReason reason) {
    if (earlyEnd != null && !earlyEnd.hasError()) {
      end(earlyEnd);
    } else if (job.isOpen()) {
      state = State.RUNNING;
      job.cancel(reason, world.clock().millis());
    } else {
      end(answer.without(reason));
    }
  }

  /** Another attempt may do it; the last one that the limit allows says what went wrong. */
  private void generatorFailed(LogView.Before before, String why) {
    boolean silent = records.next() == before.next();
    int withoutToken = silent ? before.attemptsWithoutToken() : 0;
    if (before.attempts() < MAX_ATTEMPTS && withoutToken < MAX_FAILING_ATTEMPTS) {
      records.flush(); // what is made needs not be made again
      pauseMs = INTERNAL_PAUSE_MS;
      stop("its generator failed: " + why);
    } else {
      end(answer.failed(gaveUp(before.attempts(), withoutToken, why)));
    }
  }

  /**
   * To release it would do harm: each of its deliveries displaces the attempt at the first record.
   */
  private void rejectDuplicate() {
    log.info("request {} at {} is a duplicate", delivery.requestId(), delivery.offset());
    job.drop();
    done(Settlement.REJECT);
  }

  private static Failure gaveUp(int attempts, int withoutToken, @Nullable String why) {
    return AttemptAnswer.internal(
        GAVE_UP,
        "%d attempts failed, the last %d of them without a token%s"
            .formatted(attempts, withoutToken, why == null ? "" : "; the last: " + why));
  }

  private void madeTokens(Tokens tokens) {
    if (!mayEmit()) {
      return;
    }
    if (tokens.getFirstIndex() != records.next() || tokens.getIdsCount() == 0) {
      end(wrongIndex(tokens.getFirstIndex(), tokens.getIdsCount()));
      return;
    }
    answer.made(tokens, world.clock().millis());
    records.tokens(tokens);
  }

  private void madeImage(ImagePart part) {
    if (!mayEmit()) {
      return;
    }
    if (part.getFirstIndex() > records.next()) {
      end(wrongIndex(part.getFirstIndex(), 1));
    } else if (part.getFirstIndex() == records.next()) {
      records.image(part);
    } // else it lies in the log: a generator of images is told of no parts, and makes all again
  }

  private Finished wrongIndex(long index, int count) {
    log.error(
        "request {}: its generator made {} tokens at {} instead of {}",
        delivery.requestId(),
        count,
        index,
        records.next());
    return answer.failed(AttemptAnswer.internal("internal_error", "the generator lost its place"));
  }

  private void madePreview(Preview preview) {
    if (mayEmit()) {
      records.preview(preview);
    }
  }

  private boolean mayEmit() {
    job.taken();
    if (state == State.WAITING || state == State.LOCATING || state == State.STARTING) {
      broken = "it emitted before it was told to proceed";
    }
    return state == State.RUNNING;
  }

  private void madeEnd(Finished made) {
    job.taken();
    Finished finished = job.ended(made);
    boolean failed = finished.getError().getKind().equals(AttemptAnswer.INTERNAL);
    if (state == State.RUNNING && failed && begunAt != null && !job.isAskedToEnd()) {
      generatorFailed(begunAt, finished.getError().getMessage());
    } else if (state == State.RUNNING) {
      end(failed ? answer.without(job.endBy()) : finished);
    } else if (state == State.WAITING && finished.hasError() && !delivery.last()) {
      pauseMs = INTERNAL_PAUSE_MS;
      stop("the generator gave up what waited: " + finished.getError().getMessage());
    } else if (state != State.WAITING && failed) {
      broken = finished.getError().getMessage(); // an attempt, as soon as the log is read
    } else {
      earlyEnd = finished;
      startIfWaiting();
    }
  }

  /** Step 6: nothing of this attempt is written behind `finished`. */
  private void end(Finished finished) {
    job.drop();
    state = State.ENDING;
    ending.write();
    records.finished(answer.complete(finished, records.next(), world.clock().millis()));
  }

  private void sendFailed(String what, Exception failure) {
    log.warn("request {}: {} was not sent: {}", delivery.requestId(), what, failure.toString());
    stop("its " + what + " was not sent");
  }

  /** A broker has lost what it had acknowledged; readers may have it. Another attempt goes on. */
  private void lostRecords(long offset) {
    log.error(
        "request {}: acknowledged records are lost: its record at {}-{} is not in the chunk log",
        delivery.requestId(),
        reading.partition(),
        offset);
    lostRecords = true;
    stop("its acknowledged records are lost");
  }

  /** What the broker drops after this delivery cannot be handed over: its reader is told. */
  private void handOver() {
    boolean open =
        switch (state) {
          case WAITING, LOCATING, STARTING, RUNNING -> true;
          case ENDING, DONE -> false;
        };
    if (open && !delivery.last()) {
      stop("the worker closes");
    } else if (open) {
      Finished closed =
          answer.failed(
              AttemptAnswer.internal("worker_closed", "its last worker was closed; ask again"));
      if (state == State.RUNNING) {
        end(closed);
      } else {
        earlyEnd = closed;
        startIfWaiting();
      }
    }
  }

  /** Writes nothing more with this attempt's id, ever. */
  void stop(String why) {
    log.info("request {} is released: {}", delivery.requestId(), why);
    job.drop();
    done(Settlement.RELEASE);
  }

  private void done(Settlement how) {
    ending.settle(how);
    closeIfDone();
  }

  private void closeIfDone() {
    if (ending.isDone() && state != State.DONE) {
      state = State.DONE;
      reading.close();
      if (watch != null) {
        watch.close();
      }
    }
  }

  /** Whether nothing is written of it, and another worker may have it. */
  boolean isWaiting() {
    return state == State.WAITING;
  }

  boolean isDone() {
    return state == State.DONE;
  }

  /** What to say to the broker; once it is done. */
  Settlement settlement() {
    return ending.settlement();
  }

  /** How it ended; null if another attempt has to. */
  @Nullable Finished finished() {
    return ending.finished();
  }

  /** Why it was left to others before anything was written; null if it was not. */
  @Nullable Reason givenBack() {
    return givenBack;
  }

  /** Whether it has found that acknowledged records of its own are not in the log. */
  boolean hasLostRecords() {
    return lostRecords;
  }

  /** How long the slot should wait before it takes a request again. */
  Duration pause() {
    return Duration.ofMillis(pauseMs);
  }
}
