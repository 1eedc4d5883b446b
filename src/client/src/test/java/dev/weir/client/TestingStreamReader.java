package dev.weir.client;

import dev.weir.proto.v1.Chunk;
import dev.weir.proto.v1.FinishReason;
import dev.weir.proto.v1.Finished;
import dev.weir.proto.v1.Tokens;
import dev.weir.stream.Cursor;
import dev.weir.stream.StreamChunk;
import dev.weir.stream.StreamReader;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** A log of one stream in memory; delivers it from the asked place, on a thread of its own. */
final class TestingStreamReader implements StreamReader {
  final List<Start> starts = new ArrayList<>();
  private final List<StreamChunk> log = new ArrayList<>();
  private final @Nullable StreamFailure failure;

  /** A stream of {@code tokens} records of one token each, and its end. */
  static TestingStreamReader of(int tokens) {
    TestingStreamReader reader = new TestingStreamReader(null);
    for (int i = 0; i < tokens; i++) {
      reader.add(
          Chunk.newBuilder()
              .setTokens(
                  Tokens.newBuilder().setFirstIndex(i).addIds(i).setText(Integer.toString(i % 10)))
              .build());
    }
    reader.add(
        Chunk.newBuilder()
            .setFinished(
                Finished.newBuilder().setReason(FinishReason.FINISH_REASON_STOP).setTotal(tokens))
            .build());
    return reader;
  }

  /** A stream of these records. */
  static TestingStreamReader of(List<Chunk> chunks) {
    TestingStreamReader reader = new TestingStreamReader(null);
    chunks.forEach(reader::add);
    return reader;
  }

  static TestingStreamReader failing(StreamFailure failure) {
    return new TestingStreamReader(failure);
  }

  private TestingStreamReader(@Nullable StreamFailure failure) {
    this.failure = failure;
  }

  private void add(Chunk chunk) {
    log.add(new StreamChunk(new Cursor(0, log.size()), chunk));
  }

  @Override
  public synchronized Subscription follow(String requestId, Start start, StreamListener listener) {
    starts.add(start);
    AtomicBoolean open = new AtomicBoolean(true);
    int from = start instanceof Start.After after ? (int) after.cursor().offset() + 1 : 0;
    Thread.ofVirtual()
        .start(() -> {
          if (failure != null) {
            listener.onFailed(failure);
          }
          for (int i = from; i < log.size() && open.get(); i++) {
            listener.onChunk(log.get(i));
          }
        });
    return () -> open.set(false);
  }

  @Override
  public void close() {}
}
