package dev.weir.stream;

import com.google.protobuf.ByteString;
import dev.weir.proto.v1.Chunk;
import dev.weir.proto.v1.Finished;
import dev.weir.proto.v1.Started;
import dev.weir.proto.v1.Tokens;
import dev.weir.stream.LogReader.LogListener;
import dev.weir.stream.LogReader.Reading;
import dev.weir.stream.StreamReader.StreamFailure;
import dev.weir.stream.StreamRule.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The log of one request as one attempt needs it: all before its own {@code started}, then who
 * displaces it, and the end. The reader's thread applies the rule here, so that an attempt is only
 * told what matters to it.
 */
final class LogView implements LogListener {
  private static final StreamFailure NO_BEGINNING =
      new StreamFailure("out_of_range", "no queued of the request lies at its from", null);

  private final ByteString own;
  private final String requestTopic;
  private final long requestOffset;
  private final Consumer<AttemptEvent> events;
  private final OptionalLong queuedAt;
  private final OwnRecords written;
  private final StreamRule rule = new StreamRule();
  private final List<Tokens> tokens = new ArrayList<>();
  private @Nullable Finished finished;
  private int attempts;
  private int attemptsWithoutToken;
  private boolean duplicate;
  private boolean begun;
  private boolean located;
  private boolean ownSeen;

  /**
   * What lies before our {@code started}.
   *
   * @param tokens that count
   * @param next index of the next token (image part)
   * @param finished that counts; null if the request is open
   * @param attempts how many began at our record of the request, ours included
   * @param attemptsWithoutToken how many began since the last token, ours included
   * @param duplicate true if an earlier record of the same request id is being answered
   */
  record Before(
      List<Tokens> tokens,
      long next,
      @Nullable Finished finished,
      int attempts,
      int attemptsWithoutToken,
      boolean duplicate) {}

  /** A whole stream. */
  record Stream(List<Tokens> tokens, Finished finished, int attempts) {}

  /**
   * @param queuedAt where the request says that its chunks begin; empty if that was looked up
   * @param written what became of our own records
   */
  LogView(
      ByteString own,
      String requestTopic,
      long requestOffset,
      OptionalLong queuedAt,
      OwnRecords written,
      Consumer<AttemptEvent> events) {
    this.own = own;
    this.requestTopic = requestTopic;
    this.requestOffset = requestOffset;
    this.queuedAt = queuedAt;
    this.written = written;
    this.events = events;
  }

  @Override
  public void onRecord(LogRecord record, Reading reading) {
    Chunk chunk = record.chunk();
    if (!begun && !begins(record)) {
      reading.close();
      events.accept(new AttemptEvent.ReadFailed(NO_BEGINNING));
      return;
    }
    begun = true;
    written
        .onRead(record.offset(), chunk, chunk.getAttempt().equals(own), reading.startOffset())
        .ifPresent(lost -> events.accept(new AttemptEvent.LostRecords(lost)));
    Verdict verdict = rule.apply(chunk);
    if (chunk.hasStarted() && !chunk.getAttempt().isEmpty()) {
      started(record, verdict);
      return;
    }
    if (verdict == Verdict.NEXT && chunk.hasTokens()) {
      tokens.add(chunk.getTokens());
      attemptsWithoutToken = 0;
    } else if (verdict == Verdict.NEXT) {
      attemptsWithoutToken = 0;
    } else if (verdict == Verdict.FINISHED) {
      finished = chunk.getFinished();
      if (ownSeen) {
        events.accept(new AttemptEvent.Ended(stream(finished)));
      }
    } else if (ownSeen && !verdict.counts() && chunk.getAttempt().equals(own)) {
      events.accept(
          new AttemptEvent.Displaced("its own record at " + record.offset() + " is " + verdict));
    }
  }

  /**
   * A `from` counts if the request's own `queued` lies there. That it is not beyond our `started`
   * is not enough: a later attempt would take one that was beyond it at first, and miss what lies
   * between.
   */
  private boolean begins(LogRecord record) {
    return queuedAt.isEmpty()
        || (record.chunk().hasQueued() && record.offset() == queuedAt.getAsLong());
  }

  private void started(LogRecord record, Verdict verdict) {
    Started started = record.chunk().getStarted();
    boolean sameTopic = started.getRequestTopic().equals(requestTopic);
    boolean earlier = sameTopic && started.getRequestOffset() < requestOffset;
    boolean later = sameTopic && started.getRequestOffset() > requestOffset;
    if (!later) { // an attempt at a duplicate of our record is none of ours
      attempts++;
      attemptsWithoutToken++;
    }
    if (!record.chunk().getAttempt().equals(own)) {
      duplicate |= earlier;
      if (ownSeen && verdict == Verdict.STARTED) {
        events.accept(
            earlier
                ? new AttemptEvent.Duplicate()
                : new AttemptEvent.Displaced(
                    "%s began another attempt at %d"
                        .formatted(started.getWorker(), record.offset())));
      }
    } else if (!ownSeen) {
      ownSeen = true;
      events.accept(
          new AttemptEvent.Read(
              new Before(
                  List.copyOf(tokens),
                  rule.next(),
                  finished,
                  attempts,
                  attemptsWithoutToken,
                  duplicate)));
    }
  }

  /** The stream so far, with an end. */
  private Stream stream(Finished end) {
    return new Stream(List.copyOf(tokens), end, attempts);
  }

  @Override
  public void onCaughtUp(Reading reading) {
    if (!located) {
      located = true;
      events.accept(new AttemptEvent.Located(reading.partition(), reading.startOffset()));
    }
  }

  @Override
  public void onFailed(StreamFailure failure) {
    events.accept(new AttemptEvent.ReadFailed(failure));
  }
}
