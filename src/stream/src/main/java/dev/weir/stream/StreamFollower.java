package dev.weir.stream;

import dev.weir.proto.v1.Chunk;
import dev.weir.stream.LogReader.LogListener;
import dev.weir.stream.LogReader.Place;
import dev.weir.stream.LogReader.Reading;
import dev.weir.stream.StreamReader.Start;
import dev.weir.stream.StreamReader.StreamFailure;
import dev.weir.stream.StreamReader.StreamListener;
import dev.weir.stream.StreamRule.Verdict;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Applies the rule to the records of one request and shows its listener what counts. */
public final class StreamFollower implements LogListener {
  private static final Logger log = LoggerFactory.getLogger(StreamFollower.class);

  private final String requestId;
  private final Start start;
  private final StreamListener listener;
  private final StreamMeters meters;
  private StreamRule rule = new StreamRule();

  /** True once a record of the request was seen; of a resumed one, the record of its cursor. */
  private boolean found;

  /** True if records were seen that a `started` must lie before. */
  private boolean begunBefore;

  private boolean fromEarliest;

  StreamFollower(String requestId, Start start, StreamListener listener, StreamMeters meters) {
    this.requestId = requestId;
    this.start = start;
    this.listener = listener;
    this.meters = meters;
  }

  /** One that nobody measures. */
  public static StreamFollower unmeasured(String requestId, Start start, StreamListener listener) {
    return new StreamFollower(requestId, start, listener, new StreamMeters(null));
  }

  /** Where the log is to be read from. */
  public static Place place(String requestId, Start start) {
    return switch (start) {
      case Start.From from -> new Place.At(from.from().partition(), from.from().offset(), false);
      case Start.After after ->
          new Place.At(after.cursor().partition(), after.cursor().offset(), true);
      case Start.Beginning() ->
          new Place.Since(
              -1,
              RequestIds.timeMs(requestId).orElse(0)
                  - KafkaStreamReader.CLOCK_ALLOWANCE.toMillis());
    };
  }

  @Override
  public void onRecord(LogRecord record, Reading reading) {
    switch (start) {
      case Start.After(Cursor cursor) when !found -> resume(cursor, record, reading);
      case Start.From(Cursor from) when !found -> begin(from, record, reading);
      case Start.Beginning() when beginsEarlier(record, reading) -> {
        rule = new StreamRule();
        reading.rewind(record.chunk().getStarted().getFrom().getOffset());
      }
      case Start.After _, Start.Beginning _, Start.From _ -> take(record, reading);
    }
  }

  private void resume(Cursor cursor, LogRecord record, Reading reading) {
    if (record.offset() == cursor.offset()) {
      try {
        rule = StreamRule.behind(record.chunk());
        found = true;
        return;
      } catch (IllegalArgumentException e) {
        log.debug("cursor {} of {}", cursor, requestId, e);
      }
    }
    cursorGone(reading, cursor + " is no place in the stream " + requestId);
  }

  /**
   * The publisher's position is that of `queued`. Else it was lost, and what lies before is not.
   */
  private void begin(Cursor from, LogRecord record, Reading reading) {
    if (record.offset() == from.offset() && record.chunk().hasQueued()) {
      found = true;
    } else {
      cursorGone(reading, from + " is not where the stream " + requestId + " begins");
    }
  }

  private void cursorGone(Reading reading, String message) {
    reading.close();
    listener.onFailed(new StreamFailure("cursor_gone", message, null));
  }

  /** A `started` tells where the request's chunks begin, which may lie before its id's time. */
  private boolean beginsEarlier(LogRecord record, Reading reading) {
    if (rule.next() > 0 || !record.chunk().hasStarted()) {
      return false;
    }
    var from = record.chunk().getStarted().getFrom();
    return record.chunk().getStarted().hasFrom()
        && from.getPartition() == record.partition()
        && from.getOffset() < reading.startOffset();
  }

  private void take(LogRecord record, Reading reading) {
    found = true;
    Chunk chunk = record.chunk();
    Verdict verdict = rule.apply(chunk);
    if (verdict.counts()) {
      if (verdict == Verdict.FINISHED) {
        reading.close(); // before it is told, so that who hears the end finds no trace of it
      }
      listener.onChunk(new StreamChunk(new Cursor(record.partition(), record.offset()), chunk));
      return;
    }
    if (verdict == Verdict.REPEATED && start instanceof Start.After(Cursor cursor)) {
      // An attempt goes on behind all that lies in the log: what was taken before is not there now.
      cursorGone(reading, "records before " + cursor + " of the stream " + requestId + " are lost");
      return;
    }
    begunBefore |= rule.attempt().isEmpty() && verdict == Verdict.DISPLACED;
    meters.dropped(verdict);
    if (verdict == Verdict.GAP) {
      log.warn(
          "stream {}: record {}-{} is beyond token {}; the next attempt fills the gap",
          requestId,
          record.partition(),
          record.offset(),
          rule.next());
    }
  }

  @Override
  public void onCaughtUp(Reading reading) {
    if (!found && start instanceof Start.After(Cursor cursor)) {
      cursorGone(reading, cursor + " is no place in the stream " + requestId);
    } else if (!found && start instanceof Start.Beginning) {
      reading.close();
      listener.onFailed(new StreamFailure("not_found", "there is no stream " + requestId, null));
    } else if (begunBefore && rule.attempt().isEmpty() && !fromEarliest) {
      fromEarliest = true; // a clock was wrong by more than is allowed for
      reading.rewindToEarliest();
    }
  }

  @Override
  public void onFailed(StreamFailure failure) {
    boolean gone = failure.code().equals("out_of_range");
    listener.onFailed(
        gone ? new StreamFailure("cursor_gone", failure.message(), failure.cause()) : failure);
  }
}
