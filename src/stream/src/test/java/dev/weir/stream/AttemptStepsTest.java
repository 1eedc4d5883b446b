package dev.weir.stream;

import static dev.weir.stream.TestingChunks.finished;
import static dev.weir.stream.TestingChunks.queued;
import static dev.weir.stream.TestingChunks.started;
import static dev.weir.stream.TestingChunks.tokens;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.proto.v1.Chunk;
import dev.weir.proto.v1.Failure;
import dev.weir.proto.v1.FinishReason;
import dev.weir.proto.v1.Finished;
import dev.weir.proto.v1.ImagePart;
import dev.weir.proto.v1.Tokens;
import dev.weir.proto.v1.Usage;
import dev.weir.stream.AttemptEvent.GiveBack;
import dev.weir.stream.LogReader.Place;
import dev.weir.stream.RequestSource.Settlement;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Single sentences of the protocol, step by step. */
final class AttemptStepsTest {
  private static final Tokens FIRST =
      Tokens.newBuilder().setFirstIndex(0).addIds(10).setText("a").build();

  private static Finished stop() {
    return Finished.newBuilder().setReason(FinishReason.FINISH_REASON_STOP).build();
  }

  private static TestingSteps running(TestingSteps steps) {
    return steps.acknowledge().read(queued()).readSent();
  }

  private static void assertSettled(TestingSteps steps, Settlement settlement) {
    assertThat(steps.attempt.isDone()).isTrue();
    assertThat(steps.attempt.settlement()).isEqualTo(settlement);
  }

  @Test
  void aGeneratorThatCannotKeepADeadlineSaysSoOfARequestThatWaits() {
    TestingSteps steps = TestingSteps.beginWaiting(9, RequestHeaders.NONE);
    Finished late =
        Finished.newBuilder()
            .setReason(FinishReason.FINISH_REASON_DEADLINE)
            .setUsage(Usage.newBuilder().setPromptTokens(7))
            .build();
    steps.make(sink -> sink.finished(late)).acknowledge();
    steps.read(queued(), started(9), tokens(9, 0, 10, 11)).readSent();
    Finished end = steps.sent.getLast().getFinished();
    assertThat(end.getReason()).isEqualTo(FinishReason.FINISH_REASON_DEADLINE);
    assertThat(end.getTotal()).isEqualTo(2);
    assertThat(end.getUsage().getPromptTokens()).isEqualTo(7);
    assertThat(end.getUsage().getCompletionTokens()).isEqualTo(2);
  }

  @Test
  void anEngineThatStopsLeavesWhatWaitsToOtherWorkers() {
    Finished broken =
        Finished.newBuilder()
            .setReason(FinishReason.FINISH_REASON_ERROR)
            .setError(AttemptAnswer.internal("internal_error", "the engine has stopped"))
            .build();
    TestingSteps steps = TestingSteps.beginWaiting(9, RequestHeaders.NONE);
    steps.make(sink -> sink.finished(broken));
    assertSettled(steps, Settlement.RELEASE);
    assertThat(steps.sent).isEmpty();

    TestingSteps last =
        running(
            TestingSteps.beginWaiting(0, RequestHeaders.NONE).make(sink -> sink.finished(broken)));
    assertThat(last.sent.getLast().getFinished().getError().getCode()).isEqualTo("internal_error");
  }

  @Test
  void nothingIsWrittenOfARequestBeforeTheGeneratorHasRoomForIt() {
    TestingSteps steps = TestingSteps.beginWaiting(9, RequestHeaders.NONE);
    assertThat(steps.sent).isEmpty();
    assertThat(steps.readings).isEmpty();
    steps.nowMs += 5_000;
    steps.admit();
    assertThat(steps.sent).hasSize(1);
    assertThat(steps.sent.getFirst().getStarted().getStartedMs()).isEqualTo(steps.nowMs);
  }

  @Test
  void aRequestThatWaitsGoesBackWithoutATraceAndOneThatRunsDoesNot() {
    TestingSteps steps = TestingSteps.beginWaiting(9, RequestHeaders.NONE);
    steps.happens(new GiveBack(GiveBack.Reason.FREE_ELSEWHERE));
    assertSettled(steps, Settlement.RELEASE);
    assertThat(steps.sent).isEmpty();
    assertThat(steps.abandoned).isEqualTo(1);
    assertThat(steps.attempt.givenBack()).isEqualTo(GiveBack.Reason.FREE_ELSEWHERE);

    TestingSteps running = TestingSteps.begin();
    running.happens(new GiveBack(GiveBack.Reason.CLOSING));
    assertThat(running.attempt.isDone()).isFalse();
  }

  @Test
  void deliveriesThatFaultsMayNeedAreNotSpentOnOtherWorkers() {
    TestingSteps few = TestingSteps.beginWaiting(5, RequestHeaders.NONE);
    few.happens(new GiveBack(GiveBack.Reason.HELD_LONG));
    assertThat(few.attempt.isWaiting()).isTrue();
    few.happens(new GiveBack(GiveBack.Reason.CLOSING)); // it has to
    assertSettled(few, Settlement.RELEASE);

    TestingSteps last = TestingSteps.beginWaiting(0, RequestHeaders.NONE);
    last.happens(new GiveBack(GiveBack.Reason.CLOSING));
    assertThat(last.attempt.isDone()).isFalse(); // the broker would drop it
  }

  /** As a generator says it that knows the prompt. */
  private static Finished cancelledAfter(int promptTokens) {
    return Finished.newBuilder()
        .setReason(FinishReason.FINISH_REASON_CANCELLED)
        .setUsage(Usage.newBuilder().setPromptTokens(promptTokens))
        .build();
  }

  @Test
  void aRequestThatIsCancelledOrTooLateWhileItWaitsEndsWithoutRoom() {
    TestingSteps cancelled = TestingSteps.beginWaiting(9, RequestHeaders.NONE);
    cancelled.happens(new AttemptEvent.Cancelled("test"));
    assertThat(cancelled.cancelled).isEqualTo(1); // before the log is read
    running(cancelled.make(sink -> sink.finished(cancelledAfter(7))));
    Finished end = cancelled.sent.getLast().getFinished();
    assertThat(end.getReason()).isEqualTo(FinishReason.FINISH_REASON_CANCELLED);
    assertThat(end.getUsage().getPromptTokens()).isEqualTo(7);

    RequestHeaders soon = new RequestHeaders("default", 1_002_000, 0, null, null, null);
    TestingSteps late = TestingSteps.beginWaiting(9, soon);
    assertThat(late.attempt.nextTickMs()).isEqualTo(1_002_000);
    late.nowMs = 1_002_000;
    late.attempt.tick(late.nowMs);
    running(late);
    assertThat(late.cancelled).isEqualTo(1);
    assertThat(late.proceeded).isNull();
    late.make(sink -> sink.finished(cancelledAfter(7)));
    assertThat(late.sent.getLast().getFinished().getReason())
        .isEqualTo(FinishReason.FINISH_REASON_DEADLINE);
  }

  @Test
  void aRequestThatIsCancelledBeforeItsLogIsReadLeavesTheGeneratorAtOnceAndEndsWithItsUsage() {
    TestingSteps steps = TestingSteps.begin();
    steps.happens(new AttemptEvent.Cancelled("test"));
    assertThat(steps.cancelled).isEqualTo(1);
    steps.acknowledge().read(queued(), started(9), tokens(9, 0, 10, 11)).readSent();
    assertThat(steps.sent).hasSize(1); // it waits for what the generator says of the prompt
    steps.make(sink -> sink.finished(cancelledAfter(7)));
    Finished end = steps.sent.getLast().getFinished();
    assertThat(end.getReason()).isEqualTo(FinishReason.FINISH_REASON_CANCELLED);
    assertThat(end.getTotal()).isEqualTo(2);
    assertThat(end.getUsage().getPromptTokens()).isEqualTo(7);
    assertThat(end.getUsage().getCompletionTokens()).isEqualTo(2);
    assertThat(steps.proceeded).isNull();
  }

  @Test
  void anAttemptThatItsReadingKeepsWaitingDoesNotSpinAfterACancellation() {
    TestingSteps steps = TestingSteps.begin();
    steps.happens(new AttemptEvent.Cancelled("test"));
    steps.nowMs += 60_000;
    assertThat(steps.attempt.nextTickMs()).isGreaterThan(steps.nowMs);
  }

  private static Finished broken(String why) {
    return Finished.newBuilder()
        .setReason(FinishReason.FINISH_REASON_ERROR)
        .setError(AttemptAnswer.internal("internal_error", why))
        .build();
  }

  @Test
  void whatAGeneratorFailsAtGetsAnotherAttemptAndTheThirdTellsTheReason() {
    TestingSteps first = running(TestingSteps.begin());
    first.make(sink -> sink.finished(broken("sick")));
    assertSettled(first, Settlement.RELEASE);
    assertThat(first.sent).hasSize(1);

    TestingSteps third =
        TestingSteps.begin().acknowledge().read(queued(), started(8), started(9)).readSent();
    third.make(sink -> sink.finished(broken("sick")));
    Failure failure = third.sent.getLast().getFinished().getError();
    assertThat(failure.getCode()).isEqualTo(Attempt.GAVE_UP);
    assertThat(failure.getMessage()).contains("3 attempts", "sick");
    third.acknowledge().readSent();
    assertThat(third.buried).containsExactly(failure);
    third.acknowledge();
    assertSettled(third, Settlement.REJECT);
  }

  @Test
  void aGeneratorThatFailsBeforeTheLogIsReadHasMadeAnAttempt() {
    TestingSteps steps = TestingSteps.begin();
    steps.make(sink -> sink.finished(broken("sick")));
    assertThat(steps.attempt.isDone()).isFalse();
    running(steps);
    assertSettled(steps, Settlement.RELEASE);
  }

  @Test
  void tokensThatAnAttemptMadeBeforeItFailedGiveThreeMore() {
    TestingSteps steps =
        TestingSteps.begin().acknowledge().read(queued(), started(8), started(9)).readSent();
    steps.make(sink -> sink.tokens(FIRST));
    steps.make(sink -> sink.tokens(FIRST.toBuilder().setFirstIndex(1).build()));
    steps.make(sink -> sink.finished(broken("sick")));
    assertSettled(steps, Settlement.RELEASE);
    assertThat(steps.sent.getLast().getTokens().getFirstIndex()).isEqualTo(1); // all of it is kept
  }

  @Test
  void aGeneratorThatFailsWhatWasCancelledHasEndedIt() {
    TestingSteps steps = running(TestingSteps.begin());
    steps.happens(new AttemptEvent.Cancelled("test"));
    steps.make(sink -> sink.finished(broken("sick")));
    assertThat(steps.sent.getLast().getFinished().getReason())
        .isEqualTo(FinishReason.FINISH_REASON_CANCELLED);
  }

  @Test
  void aDefaultDeadlineCountsFromTheAppendTimeWhateverThePublishersClockSays() {
    long append = 1_000_000_000;
    for (long created : new long[] {1, append - 1, append + 5_000_000}) {
      AttemptAnswer answer =
          new AttemptAnswer(TestingSteps.delivery(append, created, RequestHeaders.NONE), "w");
      assertThat(answer.deadlineMs(Duration.ofMinutes(10))).isEqualTo(append + 600_000);
    }
    RequestHeaders named = new RequestHeaders("default", append + 7, 0, null, null, null);
    AttemptAnswer answer = new AttemptAnswer(TestingSteps.delivery(append, 1, named), "w");
    assertThat(answer.deadlineMs(Duration.ofMinutes(10))).isEqualTo(append + 7);
  }

  @Test
  void theGeneratorIsToldTheDeadlineThatCounts() {
    TestingSteps steps = TestingSteps.begin();
    assertThat(steps.told.deadlineMs()).isEqualTo(1_000_000 + Duration.ofMinutes(10).toMillis());
  }

  @Test
  void nothingIsAcceptedBeforeAFinishedThatCountsWasReadBack() {
    TestingSteps steps = running(TestingSteps.begin());
    steps.make(sink -> sink.tokens(FIRST)).readSent().make(sink -> sink.finished(stop()));
    steps.acknowledge();
    assertThat(steps.attempt.isDone()).isFalse();
    steps.readSent();
    assertSettled(steps, Settlement.ACCEPT);
  }

  @Test
  void aFinishedThatALateStartedDisplacedIsNotAccepted() {
    TestingSteps steps = running(TestingSteps.begin());
    steps.make(sink -> sink.tokens(FIRST)).readSent().make(sink -> sink.finished(stop()));
    steps.acknowledge(); // the lock is in order, and every record has landed
    steps.read(started(9)).readSent();
    assertSettled(steps, Settlement.RELEASE);
  }

  @Test
  void anAttemptOfWhichARecordDoesNotCountEnds() {
    TestingSteps steps = running(TestingSteps.begin());
    steps.make(sink -> sink.tokens(FIRST)).read(tokens(TestingSteps.OWN, 1, 11));
    assertSettled(steps, Settlement.RELEASE);
  }

  @Test
  void nothingIsAcceptedBeforeEveryRecordIsAcknowledged() {
    TestingSteps steps = running(TestingSteps.begin());
    steps.make(sink -> sink.tokens(FIRST)).readSent().make(sink -> sink.finished(stop()));
    steps.readSent();
    assertThat(steps.attempt.isDone()).isFalse();
    steps.acknowledge();
    assertSettled(steps, Settlement.ACCEPT);
  }

  @Test
  void whatAnotherAttemptFinishedIsAcceptedWithoutAWord() {
    TestingSteps steps =
        TestingSteps.begin()
            .acknowledge()
            .read(queued(), started(9), tokens(9, 0, 10), finished(9, 1))
            .readSent();
    assertSettled(steps, Settlement.ACCEPT);
    assertThat(steps.sent).hasSize(1);
    assertThat(steps.proceeded).isNull();
  }

  @Test
  void whatWasGivenUpBeforeIsBuriedAgainAndRejected() {
    Chunk gaveUp =
        finished(9, 0).toBuilder()
            .setFinished(
                Finished.newBuilder()
                    .setReason(FinishReason.FINISH_REASON_ERROR)
                    .setError(AttemptAnswer.internal(Attempt.GAVE_UP, "3 attempts failed")))
            .build();
    TestingSteps steps =
        TestingSteps.begin().acknowledge().read(queued(), started(9), gaveUp).readSent();
    assertThat(steps.buried).hasSize(1);
    assertThat(steps.attempt.isDone()).isFalse();
    steps.acknowledge();
    assertSettled(steps, Settlement.REJECT);
  }

  @Test
  void theOutputGoesOnBehindWhatCounts() {
    TestingSteps steps =
        TestingSteps.begin()
            .acknowledge()
            .read(queued(), started(8), tokens(8, 0, 10, 11), started(9), tokens(8, 2, 12))
            .readSent();
    assertThat(steps.proceeded).isEqualTo(java.util.List.of(tokens(8, 0, 10, 11).getTokens()));
    steps.make(sink -> sink.tokens(FIRST.toBuilder().setFirstIndex(2).build()));
    assertThat(steps.sent.getLast().getTokens().getFirstIndex()).isEqualTo(2);
  }

  @Test
  void aGeneratorThatLosesItsPlaceEndsTheStreamWithAnError() {
    TestingSteps steps = running(TestingSteps.begin());
    steps.make(sink -> sink.tokens(FIRST.toBuilder().setFirstIndex(4).build()));
    Finished end = steps.sent.getLast().getFinished();
    assertThat(end.getReason()).isEqualTo(FinishReason.FINISH_REASON_ERROR);
    assertThat(end.getTotal()).isZero();
  }

  @Test
  void attemptsThatNobodyExplainsAreEightAndTheNinthGivesUp() {
    TestingSteps steps = TestingSteps.begin().acknowledge().read(queued());
    for (int i = 0; i < 7; i++) {
      steps.read(started(10 + i));
    }
    assertThat(steps.readSent().proceeded).isNotNull();
    steps = TestingSteps.begin().acknowledge().read(queued());
    for (int i = 0; i < 8; i++) {
      steps.read(started(10 + i));
    }
    steps.readSent();
    assertThat(steps.sent.getLast().getFinished().getError().getCode()).isEqualTo(Attempt.GAVE_UP);
    steps.acknowledge().readSent();
    assertThat(steps.buried).hasSize(1);
    steps.acknowledge();
    assertSettled(steps, Settlement.REJECT);
  }

  @Test
  void tokensInBetweenGiveNewAttemptsUpToEight() {
    TestingSteps steps = TestingSteps.begin().acknowledge().read(queued());
    for (int i = 0; i < 7; i++) {
      steps.read(started(10 + i), tokens(10 + i, i, i));
    }
    steps.read(steps.sent.getFirst());
    assertThat(steps.proceeded).hasSize(7);
    TestingSteps ninth = TestingSteps.begin().acknowledge().read(queued());
    for (int i = 0; i < 8; i++) {
      ninth.read(started(10 + i), tokens(10 + i, i, i));
    }
    ninth.read(ninth.sent.getFirst());
    assertThat(ninth.sent.getLast().getFinished().getError().getCode()).isEqualTo(Attempt.GAVE_UP);
    assertThat(ninth.sent.getLast().getFinished().getTotal()).isEqualTo(8);
  }

  @Test
  void anEarlierRecordOfTheSameIdWins() {
    Chunk earlier = ofRecord(9, 4);
    TestingSteps steps = TestingSteps.begin().acknowledge().read(queued(), earlier).readSent();
    assertSettled(steps, Settlement.REJECT);
    TestingSteps first =
        TestingSteps.begin().acknowledge().read(queued(), ofRecord(9, 6)).readSent();
    assertThat(first.proceeded).isNotNull();
  }

  @Test
  void aDuplicateThatAnAttemptAtTheEarlierRecordDisplacesIsRejected() {
    TestingSteps steps = running(TestingSteps.begin());
    assertThat(steps.proceeded).isNotNull(); // the earlier record's chunks lie before its `from`
    steps.read(ofRecord(9, 4));
    assertSettled(steps, Settlement.REJECT);
  }

  @Test
  void attemptsAtADuplicateDoNotCountAgainstTheEarlierRecord() {
    TestingSteps steps = TestingSteps.begin().acknowledge().read(queued());
    for (int i = 0; i < 9; i++) {
      steps.read(ofRecord(10 + i, 6));
    }
    assertThat(steps.read(steps.sent.getFirst()).proceeded).isNotNull();
  }

  private static Chunk ofRecord(int attempt, long requestOffset) {
    Chunk chunk = started(attempt);
    return chunk.toBuilder()
        .setStarted(
            chunk.getStarted().toBuilder()
                .setRequestTopic("weir.requests.echo")
                .setRequestOffset(requestOffset))
        .build();
  }

  @Test
  void aFromWithoutItsQueuedCountsAsAbsent() {
    TestingSteps steps = TestingSteps.begin().acknowledge();
    steps.read(tokens(9, 0, 10)); // something else lies there
    assertThat(steps.readings).hasSize(2).last().isInstanceOf(Place.Since.class);
    steps.read(started(9), tokens(9, 0, 10)).read(steps.sent.getFirst());
    assertThat(steps.proceeded).hasSize(1);
  }

  @Test
  void aFromBeyondItsOwnStartedCountsAsAbsent() {
    TestingSteps steps = TestingSteps.begin();
    steps.happens(new AttemptEvent.StartedAt(-1));
    assertThat(steps.readings).hasSize(2).last().isInstanceOf(Place.Since.class);
  }

  @Test
  void withoutAFromNothingIsWrittenBeforeItsPlaceIsKnown() {
    TestingSteps steps = TestingSteps.beginWithoutFrom();
    assertThat(steps.sent).isEmpty();
    assertThat(steps.readings).singleElement().isInstanceOf(Place.Since.class);
    steps.caughtUp();
    assertThat(steps.sent.getFirst().getStarted().hasFrom()).isTrue();
  }

  @Test
  void aFailedSendEndsTheAttemptAndNothingMoreIsWritten() {
    TestingSteps steps = running(TestingSteps.begin());
    steps.happens(new AttemptEvent.SendFailed("tokens", new IllegalStateException("no answer")));
    assertSettled(steps, Settlement.RELEASE);
    steps.make(sink -> sink.tokens(FIRST));
    assertThat(steps.sent).hasSize(1);
  }

  @Test
  void aGeneratorThatDoesNotHearACancellationIsLeft() {
    TestingSteps steps = running(TestingSteps.begin());
    steps.happens(new AttemptEvent.Cancelled("test"));
    assertThat(steps.cancelled).isEqualTo(1);
    steps.nowMs = steps.attempt.nextTickMs();
    steps.attempt.tick(steps.nowMs);
    assertThat(steps.sent.getLast().getFinished().getReason())
        .isEqualTo(FinishReason.FINISH_REASON_CANCELLED);
  }

  @Test
  void aReplyThatIsNotAcknowledgedDoesNotHoldTheRequest() {
    TestingSteps steps =
        running(TestingSteps.begin(new RequestHeaders("default", 0, 0, null, "replies", "c1")));
    steps.make(sink -> sink.tokens(FIRST)).readSent().make(sink -> sink.finished(stop()));
    steps.acknowledge().readSent();
    assertThat(steps.replies)
        .singleElement()
        .satisfies(r -> assertThat(r.getText()).isEqualTo("a"));
    assertThat(steps.attempt.isDone()).isFalse();
    steps.attempt.tick(steps.nowMs + Duration.ofSeconds(5).toMillis());
    assertSettled(steps, Settlement.ACCEPT);
  }

  @Test
  void aClosingWorkerHandsOverUnlessTheBrokerWouldDropTheRequest() {
    assertSettled(
        running(TestingSteps.begin()).happens(new AttemptEvent.HandOver()), Settlement.RELEASE);
    TestingSteps last =
        running(TestingSteps.beginLastDelivery()).happens(new AttemptEvent.HandOver());
    assertThat(last.sent.getLast().getFinished().getError().getCode()).isEqualTo("worker_closed");
    last.acknowledge().readSent();
    assertThat(last.buried).hasSize(1);
    last.acknowledge();
    assertSettled(last, Settlement.REJECT);
  }

  @Test
  void tokensThatComeTogetherGoIntoOneRecord() {
    TestingSteps steps = running(TestingSteps.begin());
    steps.make(sink -> sink.tokens(FIRST));
    assertThat(steps.sent).hasSize(2); // at once when idle
    steps.make(sink -> sink.tokens(FIRST.toBuilder().setFirstIndex(1).build()));
    steps.make(sink -> sink.tokens(FIRST.toBuilder().setFirstIndex(2).build()));
    assertThat(steps.sent).hasSize(2);
    steps.attempt.tick(steps.attempt.nextTickMs());
    assertThat(steps.sent).hasSize(3);
    Tokens merged = steps.sent.getLast().getTokens();
    assertThat(merged.getFirstIndex()).isEqualTo(1);
    assertThat(merged.getIdsList()).containsExactly(10, 10);
    assertThat(merged.getText()).isEqualTo("aa");
  }

  @Test
  void whatIsReadAgainIsNoSecondBeginning() {
    TestingSteps steps = running(TestingSteps.begin());
    steps.make(sink -> sink.tokens(FIRST)).readSent();
    steps.happens(new AttemptEvent.Read(new LogView.Before(List.of(), 0, null, 1, 1, false)));
    steps.make(sink -> sink.tokens(FIRST.toBuilder().setFirstIndex(1).build()));
    steps.attempt.tick(steps.attempt.nextTickMs());
    assertThat(steps.sent.getLast().getTokens().getFirstIndex()).isEqualTo(1);
  }

  @Test
  void aReadingThatFailedIsNotHeardOnceAnotherOneWasBegun() {
    TestingSteps steps = TestingSteps.begin();
    steps.readUnheard(
        tokens(9, 0, 10)); // no queued lies there: it fails, and that is not heard yet
    steps.happens(new AttemptEvent.StartedAt(-1)); // so another one is begun
    assertThat(steps.readings).hasSize(2);
    steps.hear();
    assertThat(steps.attempt.isDone()).isFalse();
  }

  @Test
  void anAcknowledgedRecordThatIsNotReadBackIsReportedAsLost() {
    TestingSteps steps = TestingSteps.begin().acknowledgeAt(1).read(queued()).readSent();
    steps.make(sink -> sink.tokens(FIRST)).acknowledgeAt(2).lose();
    assertThat(steps.attempt.hasLostRecords()).isFalse();
    steps.read(tokens(9, 5, 10)); // the log goes on without it
    assertThat(steps.attempt.hasLostRecords()).isTrue();
    assertSettled(steps, Settlement.RELEASE);
  }

  @Test
  void aRecordThatIsAcknowledgedAfterTheLogWentOnWithoutItIsReportedAsLost() {
    TestingSteps steps = TestingSteps.begin().acknowledgeAt(1).read(queued()).readSent();
    steps.make(sink -> sink.tokens(FIRST)).lose().read(tokens(9, 5, 10));
    assertThat(steps.attempt.hasLostRecords()).isFalse();
    steps.acknowledgeAt(2);
    assertThat(steps.attempt.hasLostRecords()).isTrue();
  }

  @Test
  void aRecordThatWasSentLaterAndLiesBeforeAnAcknowledgedOneTellsThatThisIsLost() {
    TestingSteps steps = TestingSteps.begin().acknowledgeAt(1).read(queued()).readSent();
    steps.make(sink -> sink.tokens(FIRST)).acknowledgeAt(7); // and what lay before it is lost, too
    steps.nowMs = steps.attempt.nextTickMs();
    steps.make(sink -> sink.tokens(FIRST.toBuilder().setFirstIndex(1).build()));
    steps.readSent();
    assertThat(steps.attempt.hasLostRecords()).isTrue();
  }

  @Test
  void aStartedThatIsAcknowledgedAndGoneDoesNotHoldItsAttemptForEver() {
    TestingSteps steps = TestingSteps.begin().acknowledgeAt(1).read(queued());
    steps.nowMs = steps.attempt.nextTickMs();
    steps.attempt.tick(steps.nowMs);
    assertThat(steps.readings).last().isEqualTo(new Place.At(0, 1, true)); // one looks there
    steps.caughtUp();
    assertThat(steps.attempt.hasLostRecords()).isTrue();
    assertSettled(steps, Settlement.RELEASE);
  }

  @Test
  void aReadingThatIsOnlySlowLosesNothing() {
    TestingSteps steps = TestingSteps.begin().acknowledgeAt(0);
    steps.nowMs = steps.attempt.nextTickMs();
    steps.attempt.tick(steps.nowMs);
    assertThat(steps.readings).hasSize(2);
    steps.readSent(); // it lies where it was looked for
    assertThat(steps.attempt.isDone()).isFalse();
    assertThat(steps.attempt.nextTickMs()).isGreaterThan(steps.nowMs);
  }

  @Test
  void anImageThatIsMadeAgainGoesOnBehindThePartsThatLieInTheLog() {
    TestingSteps steps = TestingSteps.begin().acknowledge();
    steps.read(queued(), started(7), image(7, 0)).readSent();
    steps.make(sink -> sink.image(part(0)));
    assertThat(steps.sent).hasSize(1);
    steps.make(sink -> sink.image(part(1)));
    assertThat(steps.sent.getLast().getImage().getFirstIndex()).isEqualTo(1);
    assertThat(steps.attempt.isDone()).isFalse();
  }

  private static ImagePart part(long index) {
    return ImagePart.newBuilder().setFirstIndex(index).build();
  }

  private static Chunk image(int attempt, long index) {
    return Chunk.newBuilder()
        .setAttempt(TestingChunks.attempt(attempt))
        .setImage(part(index))
        .build();
  }
}
