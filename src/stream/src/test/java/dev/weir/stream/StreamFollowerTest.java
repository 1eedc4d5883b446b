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
final class StreamFollowerTest implements StreamListener {
  private final List<StreamChunk> shown = new ArrayList<>();
  private final List<String> failures = new ArrayList<>();
  private final TestingReading reading = new TestingReading(5);
  private long offset = 5;

  private void follow(Start start, Chunk... chunks) {
    StreamFollower follower = StreamFollower.unmeasured("r", start, this);
    if (start instanceof Start.From) {
      follower.onCaughtUp(reading); // as where one joins the end before the next record is read
    }
    for (Chunk chunk : chunks) {
      if (!reading.isClosed()) {
        follower.onRecord(new LogRecord(0, offset++, 1, chunk), reading);
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
    follow(
        new Start.After(new Cursor(0, 5)), tokens(1, 8, 18, 19), started(2), tokens(2, 3, 13, 14));
    assertThat(failures).containsExactly("cursor_gone");
    assertThat(reading.isClosed()).isTrue();
  }

  @Override
  public void onChunk(StreamChunk chunk) {
    shown.add(chunk);
  }

  @Override
  public void onFailed(StreamFailure failure) {
    failures.add(failure.code());
  }
}
