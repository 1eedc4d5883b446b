package dev.weir.stream;

import com.google.protobuf.ByteString;
import dev.weir.proto.InvalidRequestException;
import dev.weir.proto.v1.Chunk;
import dev.weir.proto.v1.Failure;
import dev.weir.proto.v1.FinishReason;
import dev.weir.proto.v1.Finished;
import dev.weir.proto.v1.ImagePart;
import dev.weir.proto.v1.Position;
import dev.weir.proto.v1.Preview;
import dev.weir.proto.v1.Started;
import dev.weir.proto.v1.Tokens;
import dev.weir.stream.AttemptEvent.GiveBack.Reason;
import dev.weir.stream.LogReader.Place;
import dev.weir.stream.LogReader.Reading;
import dev.weir.stream.RequestSource.Settlement;
import dev.weir.stream.StreamReader.StreamFailure;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
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
 *          │              ENDING ◀───────────────────────┘ `finished` is on its way (6)
 *          │                 │ AllAcknowledged and Ended: it is in the log, and it counts
 *          └────────────────▶│
 *                 given up ▼ │
 *                      BURYING │ the copy for weir.dead is on its way
 *                            ▼ ▼
 *                         REPLYING  the result is on its way, if its sender wants one
 *                            ▼
 *                          DONE: accept (given up: reject)
 *
 *   Displaced, LockLost, SendFailed, ReadFailed, HandOver ──▶ DONE: release (a duplicate: reject)
 * </pre>
 *
 * Longer than a class should be, since a state machine in two classes is harder to check.
 *
 * <p>Not safe for use by several threads: one calls {@link #begin}, {@link #on} and {@link #tick};
 * what happens elsewhere comes back through {@code events}.
 */
final class Attempt {
  /** The code of a `finished` of a request that was given up. */
  static final String GAVE_UP = "attempts_exhausted";

  private static final Logger log = LoggerFactory.getLogger(Attempt.class);
  private static final int MAX_ATTEMPTS = 8;
  private static final int MAX_ATTEMPTS_WITHOUT_TOKEN = 3;

  /** How long a generator may take to end what was cancelled. */
  private static final long CANCEL_LIMIT_MS = 5_000;

  private static final long REPLY_LIMIT_MS = 5_000;
  private static final long INTERNAL_PAUSE_MS = 1_000;

  /** Time for another worker to take what was given back, before this slot would take it again. */
  private static final long GIVEN_BACK_PAUSE_MS = 500;

  /** Records of a generator that wait for this attempt's thread. */
  private static final int MAX_MADE = 65_536;

  private enum State {
    WAITING,
    LOCATING,
    STARTING,
    RUNNING,
    ENDING,
    BURYING,
    REPLYING,
    DONE
  }

  private final AttemptWorld world;
  private final Delivery delivery;
  private final Consumer<AttemptEvent> events;
  private final ByteString id;
  private final AttemptAnswer answer;
  private final long deadlineMs;
  private final AtomicInteger unacknowledged = new AtomicInteger();
  private final AtomicInteger made = new AtomicInteger();
  private final TokenBatch batch = new TokenBatch();

  private State state = State.WAITING;
  private int partition;
  private long fromOffset;
  private volatile int readings;
  private @Nullable Reading reading;
  private Cancellations.@Nullable Watch watch;
  private Generator.@Nullable Job job;
  private @Nullable InvalidRequestException invalid;
  private @Nullable RuntimeException broken;
  private @Nullable String cancelled;
  private @Nullable Finished earlyEnd;
  private FinishReason endBy = FinishReason.FINISH_REASON_UNSPECIFIED;
  private long limitMs = Long.MAX_VALUE;
  private long next;
  private volatile boolean ending;
  private boolean acknowledged;
  private boolean givenUp;
  private LogView.@Nullable Stream stream;
  private Settlement settlement = Settlement.RELEASE;
  private long pauseMs;
  private @Nullable Reason givenBack;

  /**
   * @param id random, 16 bytes, never used before
   * @param events takes what happens, from any thread, to be given to {@link #on}
   */
  Attempt(AttemptWorld world, Delivery delivery, ByteString id, Consumer<AttemptEvent> events) {
    this.world = world;
    this.delivery = delivery;
    this.id = id;
    this.events = events;
    this.invalid = delivery.invalid();
    this.answer = new AttemptAnswer(delivery, world.worker());
    this.deadlineMs = answer.deadlineMs(world.defaultDeadline());
  }

  /** Gives it to the generator. */
  void begin() {
    watch =
        world
            .cancellations()
            .watch(delivery.requestId(), why -> events.accept(new AttemptEvent.Cancelled(why)));
    cancelled = world.cancellations().reason(delivery.requestId());
    if (beginJob() && job == null) {
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
    Position from = delivery.request().getFrom();
    if (delivery.request().hasFrom()
        && from.getPartition() >= 0
        && from.getPartition() < partitions
        && from.getOffset() >= 0) {
      partition = from.getPartition();
      fromOffset = from.getOffset();
      read(new Place.At(partition, fromOffset, false));
      writeStarted();
    } else {
      partition = RequestIds.partition(delivery.requestId(), partitions);
      state = State.LOCATING;
      read(beforeItsTime());
    }
  }

  /** False if the request goes back at once, and nothing is written. */
  private boolean beginJob() {
    if (invalid != null || cancelled != null || world.clock().millis() >= deadlineMs) {
      return true;
    }
    try {
      job =
          world
              .generator()
              .begin(
                  delivery.request(), delivery.headers(), new AttemptSink(made, MAX_MADE, events));
    } catch (InvalidRequestException e) {
      invalid = e;
    } catch (OverloadedException e) {
      pauseMs = e.retryAfter().toMillis();
      stop("the engine is full: " + e.getMessage());
      return false;
    } catch (RuntimeException e) { // whatever an engine may throw counts as an attempt
      log.error("request {} cannot begin", delivery.requestId(), e);
      broken = e;
    }
    return true;
  }

  /** Requests and chunks have their brokers' times. */
  private Place beforeItsTime() {
    return new Place.Since(
        partition, delivery.appendMs() - KafkaStreamReader.CLOCK_ALLOWANCE.toMillis());
  }

  private void read(Place place) {
    if (reading != null) {
      reading.close();
    }
    int number = readings + 1;
    readings = number;
    LogView view =
        new LogView(
            id,
            delivery.topic(),
            delivery.offset(),
            place instanceof Place.At at ? OptionalLong.of(at.offset()) : OptionalLong.empty(),
            event -> {
              if (number == readings) {
                events.accept(event);
              }
            });
    reading = world.reader().read(delivery.requestId(), place, view);
  }

  private void writeStarted() {
    state = State.STARTING;
    Started started = answer.started(partition, fromOffset, deadlineMs, world.numericsId());
    send("started", Chunk.newBuilder().setStarted(started));
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
      case AttemptEvent.Ended(LogView.Stream whole) -> {
        stream = whole;
        proveEnd();
      }
      case AttemptEvent.ReadFailed(StreamFailure failure) -> readFailed(failure);
      case AttemptEvent.AllAcknowledged() -> {
        acknowledged = true;
        proveEnd();
      }
      case AttemptEvent.SendFailed(String what, Exception failure) -> sendFailed(what, failure);
      case AttemptEvent.Buried() -> reply();
      case AttemptEvent.Replied() -> done(givenUp ? Settlement.REJECT : Settlement.ACCEPT);
      case AttemptEvent.MadeTokens(Tokens tokens) -> madeTokens(tokens);
      case AttemptEvent.MadePreview(Preview preview) -> madePreview(preview);
      case AttemptEvent.MadeImage(ImagePart part) -> madeImage(part);
      case AttemptEvent.MadeEnd(Finished finished) -> madeEnd(finished);
      case AttemptEvent.Cancelled(String reason) -> {
        cancelled = reason;
        startIfWaiting();
        if (state == State.RUNNING) {
          cancelJob(FinishReason.FINISH_REASON_CANCELLED);
        }
      }
      case AttemptEvent.LockLost() -> stop("its lock was not renewed");
      case AttemptEvent.HandOver() -> handOver();
    }
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
    if (state == State.RUNNING) {
      if (nowMs >= batch.dueMs()) {
        flush();
      }
      if (endBy == FinishReason.FINISH_REASON_UNSPECIFIED && nowMs >= deadlineMs) {
        cancelJob(FinishReason.FINISH_REASON_DEADLINE);
      } else if (nowMs >= limitMs) {
        log.warn("request {}: its generator does not end", delivery.requestId());
        end(answer.without(endBy));
      }
    } else if (state == State.REPLYING && nowMs >= limitMs) {
      log.warn("request {}: no acknowledgement of its reply", delivery.requestId());
      done(givenUp ? Settlement.REJECT : Settlement.ACCEPT);
    }
  }

  /** When {@link #tick} is due, milliseconds since 1970 (UTC). */
  long nextTickMs() {
    long due = Math.min(limitMs, batch.dueMs());
    boolean open =
        state == State.WAITING
            || (state == State.RUNNING && endBy == FinishReason.FINISH_REASON_UNSPECIFIED);
    return open ? Math.min(due, deadlineMs) : due;
  }

  private void located(AttemptEvent.Located at) {
    if (state == State.LOCATING) {
      fromOffset = at.offset();
      writeStarted();
    }
  }

  /** A `from` beyond our own record is none: a reading there would miss what lies before. */
  private void startedAt(long offset) {
    if (state == State.STARTING && fromOffset > offset) {
      read(beforeItsTime());
    }
  }

  private void readFailed(StreamFailure failure) {
    if (failure.code().equals("out_of_range") && state == State.STARTING && readings == 1) {
      read(beforeItsTime()); // a `from` that is none
    } else {
      stop("the chunk log cannot be read: " + failure.message());
    }
  }

  /** Steps 3 to 5: all before our `started` is known. */
  private void decide(LogView.Before before) {
    next = before.next();
    answer.emitted(before.tokens());
    if (before.finished() != null) {
      dropJob();
      stream = new LogView.Stream(before.tokens(), before.finished(), before.attempts());
      givenUp = before.finished().getError().getCode().equals(GAVE_UP);
      proved();
    } else if (before.duplicate()) {
      rejectDuplicate();
    } else if (cancelled != null) {
      end(answer.without(FinishReason.FINISH_REASON_CANCELLED));
    } else if (world.clock().millis() >= deadlineMs) {
      end(answer.without(FinishReason.FINISH_REASON_DEADLINE));
    } else if (invalid != null) {
      end(answer.failed(invalid.toFailure()));
    } else if (before.attempts() > MAX_ATTEMPTS
        || before.attemptsWithoutToken() > MAX_ATTEMPTS_WITHOUT_TOKEN) {
      givenUp = true;
      end(answer.failed(gaveUp(before)));
    } else if (earlyEnd != null) {
      end(earlyEnd);
    } else if (broken != null || job == null) {
      pauseMs = INTERNAL_PAUSE_MS;
      stop("its generator failed");
    } else {
      state = State.RUNNING;
      job.proceed(before.tokens());
    }
  }

  /**
   * To release it would do harm: each of its deliveries displaces the attempt at the first record.
   */
  private void rejectDuplicate() {
    log.info("request {} at {} is a duplicate", delivery.requestId(), delivery.offset());
    dropJob();
    done(Settlement.REJECT);
  }

  private static Failure gaveUp(LogView.Before before) {
    return AttemptAnswer.internal(
        GAVE_UP,
        "%d attempts failed, the last %d of them without a token"
            .formatted(before.attempts() - 1, before.attemptsWithoutToken() - 1));
  }

  private void madeTokens(Tokens tokens) {
    if (!mayEmit()) {
      return;
    }
    if (tokens.getFirstIndex() != next || tokens.getIdsCount() == 0) {
      end(wrongIndex(tokens.getFirstIndex(), tokens.getIdsCount()));
      return;
    }
    next += tokens.getIdsCount();
    answer.made(tokens, world.clock().millis());
    Tokens full = batch.add(tokens);
    if (full != null) {
      send("tokens", Chunk.newBuilder().setTokens(full));
    }
  }

  private void madeImage(ImagePart part) {
    if (!mayEmit()) {
      return;
    }
    if (part.getFirstIndex() != next) {
      end(wrongIndex(part.getFirstIndex(), 1));
      return;
    }
    next++;
    flush();
    send("image", Chunk.newBuilder().setImage(part));
  }

  private Finished wrongIndex(long index, int count) {
    log.error(
        "request {}: its generator made {} tokens at {} instead of {}",
        delivery.requestId(),
        count,
        index,
        next);
    return answer.failed(AttemptAnswer.internal("internal_error", "the generator lost its place"));
  }

  private void madePreview(Preview preview) {
    if (mayEmit()) {
      flush();
      send("preview", Chunk.newBuilder().setPreview(preview));
    }
  }

  private boolean mayEmit() {
    made.decrementAndGet();
    if (state == State.WAITING || state == State.LOCATING || state == State.STARTING) {
      broken = new IllegalStateException("the generator emitted before it was told to proceed");
    }
    return state == State.RUNNING;
  }

  private void madeEnd(Finished finished) {
    made.decrementAndGet();
    job = null;
    if (state == State.RUNNING) {
      boolean asked =
          endBy != FinishReason.FINISH_REASON_UNSPECIFIED
              && finished.getReason() == FinishReason.FINISH_REASON_CANCELLED;
      end(asked ? finished.toBuilder().setReason(endBy).build() : finished);
    } else if (state == State.WAITING && finished.hasError() && !delivery.last()) {
      pauseMs = INTERNAL_PAUSE_MS;
      stop("the generator gave up what waited: " + finished.getError().getMessage());
    } else {
      earlyEnd = finished;
      startIfWaiting();
    }
  }

  private void cancelJob(FinishReason reason) {
    if (endBy == FinishReason.FINISH_REASON_UNSPECIFIED && job != null) {
      endBy = reason;
      limitMs = world.clock().millis() + CANCEL_LIMIT_MS;
      job.cancel();
    }
  }

  private void flush() {
    Tokens tokens = batch.take(world.clock().millis());
    if (tokens != null) {
      send("tokens", Chunk.newBuilder().setTokens(tokens));
    }
  }

  /** Step 6: nothing of this attempt is written behind `finished`. */
  private void end(Finished finished) {
    dropJob();
    flush();
    state = State.ENDING;
    limitMs = Long.MAX_VALUE;
    ending = true;
    send(
        "finished",
        Chunk.newBuilder().setFinished(answer.complete(finished, next, world.clock().millis())));
  }

  private void send(String what, Chunk.Builder chunk) {
    unacknowledged.incrementAndGet();
    world
        .writer()
        .chunk(
            partition,
            delivery.requestId(),
            chunk.setAttempt(id).build(),
            delivery.chunkType(),
            delivery.headers(),
            (offset, failure) -> {
              if (failure != null) {
                events.accept(new AttemptEvent.SendFailed(what, failure));
                return;
              }
              if (what.equals("started")) {
                events.accept(new AttemptEvent.StartedAt(offset));
              }
              if (unacknowledged.decrementAndGet() == 0 && ending) {
                events.accept(new AttemptEvent.AllAcknowledged());
              }
            });
  }

  private void proveEnd() {
    if (state == State.ENDING && acknowledged && stream != null) {
      proved();
    }
  }

  /** A `finished` that counts lies in the log: anybody may accept the request now. */
  private void proved() {
    closeReading();
    if (givenUp && stream != null) {
      state = State.BURYING;
      world
          .writer()
          .bury(
              delivery,
              stream.finished().getError(),
              (_, failure) ->
                  events.accept(
                      failure == null
                          ? new AttemptEvent.Buried()
                          : new AttemptEvent.SendFailed("dead", failure)));
    } else {
      reply();
    }
  }

  private void reply() {
    if (delivery.headers().replyTopic() == null || stream == null) {
      done(givenUp ? Settlement.REJECT : Settlement.ACCEPT);
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

  private void sendFailed(String what, Exception failure) {
    log.warn("request {}: {} was not sent: {}", delivery.requestId(), what, failure.toString());
    stop("its " + what + " was not sent");
  }

  /** What the broker drops after this delivery cannot be handed over: its reader is told. */
  private void handOver() {
    boolean open =
        switch (state) {
          case WAITING, LOCATING, STARTING, RUNNING -> true;
          case ENDING, BURYING, REPLYING, DONE -> false;
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
    dropJob();
    done(Settlement.RELEASE);
  }

  private void done(Settlement how) {
    settlement = how;
    state = State.DONE;
    closeReading();
    if (watch != null) {
      watch.close();
    }
  }

  private void closeReading() {
    if (reading != null) {
      reading.close();
      reading = null;
    }
  }

  private void dropJob() {
    if (job != null) {
      job.abandon();
      job = null;
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
    return settlement;
  }

  /** How it ended; null if another attempt has to. */
  @Nullable Finished finished() {
    return isDone() && settlement != Settlement.RELEASE && stream != null
        ? stream.finished()
        : null;
  }

  /** Why it was left to others before anything was written; null if it was not. */
  @Nullable Reason givenBack() {
    return givenBack;
  }

  /** How long the slot should wait before it takes a request again. */
  Duration pause() {
    return Duration.ofMillis(pauseMs);
  }
}
