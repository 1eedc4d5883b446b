package dev.weir.stream;

import static dev.weir.stream.TestingChunks.queued;
import static dev.weir.stream.TestingChunks.started;
import static dev.weir.stream.TestingChunks.tokens;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.proto.v1.Chunk;
import dev.weir.stream.StreamReader.Start;
import dev.weir.stream.StreamReader.StreamFailure;
import dev.weir.stream.StreamReader.StreamListener;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a reader is told when its place in the log is not what it was. */
final class StreamFollowerTest implements StreamListener, LogReader.Reading {
  private final List<StreamChunk> shown = new ArrayList<>();
  private final List<String> failures = new ArrayList<>();
  private long offset = 5;
  private boolean closed;

  private void follow(Start start, Chunk... chunks) {
    StreamFollower follower = StreamFollower.unmeasured("r", start, this);
    follower.onCaughtUp(this); // as where one joins the end before the next record is read
    for (Chunk chunk : chunks) {
      if (!closed) {
        follower.onRecord(new LogRecord(0, offset++, 1, chunk), this);
      }
    }
  }

  @Test
  void aStreamIsShownFromWhereItsPublisherWroteThatItIsQueued() {
    follow(new Start.From(new Cursor(0, 5)), queued(), started(1), tokens(1, 0, 10));
    assertThat(shown).hasSize(2);
    assertThat(failures).isEmpty();
  }

  @Test
  void aBeginningThatWasLostIsToldToItsReader() {
    follow(new Start.From(new Cursor(0, 5)), tokens(1, 0, 10), started(2));
    assertThat(failures).containsExactly("cursor_gone");
    assertThat(shown).isEmpty();
  }

  @Test
  void whatIsMadeAnewBehindACursorTellsThatItsRecordWasLost() {
    StreamFollower follower =
        StreamFollower.unmeasured("r", new Start.After(new Cursor(0, 5)), this);
    Chunk[] log = {tokens(1, 8, 18, 19), started(2), tokens(2, 3, 13, 14)};
    for (Chunk chunk : log) {
      follower.onRecord(new LogRecord(0, offset++, 1, chunk), this);
    }
    assertThat(failures).containsExactly("cursor_gone");
    assertThat(closed).isTrue();
  }

  @Override
  public void onChunk(StreamChunk chunk) {
    shown.add(chunk);
  }

  @Override
  public void onFailed(StreamFailure failure) {
    failures.add(failure.code());
  }

  @Override
  public void rewind(long to) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void rewindToEarliest() {
    throw new UnsupportedOperationException();
  }

  @Override
  public long startOffset() {
    return 5;
  }

  @Override
  public int partition() {
    return 0;
  }

  @Override
  public void close() {
    closed = true;
  }
}
