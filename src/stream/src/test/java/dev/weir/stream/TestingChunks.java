package dev.weir.stream;

import com.google.protobuf.ByteString;
import dev.weir.proto.v1.Chunk;
import dev.weir.proto.v1.FinishReason;
import dev.weir.proto.v1.Finished;
import dev.weir.proto.v1.Position;
import dev.weir.proto.v1.Preview;
import dev.weir.proto.v1.Queued;
import dev.weir.proto.v1.Started;
import dev.weir.proto.v1.Tokens;
import java.util.Arrays;

/** Chunks in few words. */
final class TestingChunks {
  private TestingChunks() {}

  static ByteString attempt(int number) {
    byte[] id = new byte[16];
    Arrays.fill(id, (byte) number);
    return ByteString.copyFrom(id);
  }

  static Chunk queued() {
    return Chunk.newBuilder().setQueued(Queued.newBuilder().setModel("echo")).build();
  }

  static Chunk started(int attempt) {
    return of(attempt).setStarted(Started.newBuilder().setModel("echo")).build();
  }

  static Chunk startedFrom(int attempt, int partition, long offset) {
    return of(attempt)
        .setStarted(
            Started.newBuilder()
                .setModel("echo")
                .setFrom(Position.newBuilder().setPartition(partition).setOffset(offset)))
        .build();
  }

  static Chunk tokens(int attempt, long firstIndex, int... ids) {
    Tokens.Builder tokens = Tokens.newBuilder().setFirstIndex(firstIndex);
    Arrays.stream(ids).forEach(tokens::addIds);
    return of(attempt).setTokens(tokens).build();
  }

  static Chunk preview(int attempt) {
    return of(attempt).setPreview(Preview.newBuilder().setStep(1)).build();
  }

  static Chunk finished(int attempt, long total) {
    return of(attempt)
        .setFinished(
            Finished.newBuilder().setReason(FinishReason.FINISH_REASON_STOP).setTotal(total))
        .build();
  }

  private static Chunk.Builder of(int attempt) {
    return Chunk.newBuilder().setAttempt(attempt(attempt));
  }
}
