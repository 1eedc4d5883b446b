package dev.weir.simulation;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.util.function.Supplier;
import org.slf4j.LoggerFactory;

/**
 * The protocol with one rule broken. Names in brackets are those of the model ({@code
 * stream-protocol.pml}).
 */
enum TestingMutant {
  /**
   * What comes behind its own `started` is not looked at: it accepts whatever landed there
   * (BUG_NOCHECK).
   */
  NO_CHECK(3, "before a `finished` that counts", ReadingMutants::noCheck),

  /** It reads nothing but what it has written itself (BUG_STEP1). */
  NO_READING(0, "and readers were at", ReadingMutants::noReading),

  /** It begins to read behind the first tokens (BUG_SKEW). */
  SKEW(0, "and readers were at", ReadingMutants::skew),

  /** Readers take what the current attempt says, whatever its index (BUG_NOINDEX). */
  NO_INDEX(0, "which does not count", FollowerMutants::noIndex),

  /** Readers take what any attempt says. */
  ANY_ATTEMPT(3, "which does not count", FollowerMutants::anyAttempt),

  /** A reader that resumes has forgotten its index. */
  CURSOR_WITHOUT_INDEX(39, "which does not count", FollowerMutants::cursorWithoutIndex),

  /** `started` is sent a second time (BUG_DUPSTART). */
  STARTED_TWICE(294, "what happened to it explains", WritingMutants::startedTwice),

  /** What was found in the log may end the output already: one more token is made (BUG_NOSTOP). */
  NO_STOP(14, "a token behind its end", GeneratorMutants::noStop),

  /** Locks are not renewed (BUG_NORENEW). */
  NO_RENEWAL(1, "what happened to it explains", AroundMutants::noRenewal),

  /** Each attempt counts for nine. */
  GIVES_UP_SOON(0, "for which there is no reason", ReadingMutants::givesUpSoon),

  /** What is given up is not kept. */
  NO_DEAD_COPY(9, "no copy is kept", WritingMutants::noDeadCopy),

  /** An image that was begun before is taken for made. */
  IMAGE_NOT_MADE_AGAIN(10, "for which there is no reason", GeneratorMutants::imageNotMadeAgain),

  /** Nobody is told where its records lie, and readings that lose their place say nothing. */
  LOSS_HIDDEN(1231, "it does not end", WritingMutants::lossHidden),

  /** Results of the ledger are written as they are made, its state and position behind them. */
  RESULT_OUTSIDE_TRANSACTION(34, "has two results", AroundMutants::resultOutsideTransaction),

  /** Only those cancellations count that come while a request is held. */
  CANCELLATION_FORGOTTEN(
      32, "which it knows to be cancelled", AroundMutants::cancellationForgotten);

  /** The first seed whose schedule finds it. */
  final long foundBy;

  /** What is found. */
  final String message;

  private final Supplier<Seams> seams;

  TestingMutant(long foundBy, String message, Supplier<Seams> seams) {
    this.foundBy = foundBy;
    this.message = message;
    this.seams = seams;
  }

  /** Thousands of attempts fail in a simulation, on purpose. */
  static void quiet() {
    ((Logger) LoggerFactory.getLogger("dev.weir.stream")).setLevel(Level.OFF);
  }

  /** New ones for one schedule. */
  Seams seams() {
    return seams.get();
  }
}
