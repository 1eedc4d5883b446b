package dev.weir.simulation;

import com.google.protobuf.ByteString;
import dev.weir.proto.v1.Chunk;
import dev.weir.stream.LogReader.LogListener;
import dev.weir.stream.LogReader.Reading;
import dev.weir.stream.LogRecord;
import dev.weir.stream.StreamReader.Start;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** Readers that do not hold to the rule: they see records as the rule would let them pass. */
final class FollowerMutants {
  private FollowerMutants() {}

  /** Whatever the current attempt says has the index that comes next. */
  static Seams noIndex() {
    return rewriting(start -> new NextIndex(start instanceof Start.After));
  }

  /** Whatever is said has the attempt that began last. */
  static Seams anyAttempt() {
    return rewriting(_ -> new LastAttempt());
  }

  /** The record of a cursor has index 0. */
  static Seams cursorWithoutIndex() {
    return rewriting(start -> start instanceof Start.After ? new FirstAtZero() : chunk -> chunk);
  }

  private static Seams rewriting(Function<Start, UnaryOperator<Chunk>> rewriter) {
    return new Seams() {
      @Override
      LogListener follower(LogListener follower, Start start) {
        UnaryOperator<Chunk> rewritten = rewriter.apply(start);
        return new DelegatingLogListener(follower) {
          @Override
          public void onRecord(LogRecord record, Reading reading) {
            super.onRecord(
                new LogRecord(
                    record.partition(),
                    record.offset(),
                    record.appendMs(),
                    rewritten.apply(record.chunk())),
                reading);
          }
        };
      }
    };
  }

  private static final class NextIndex implements UnaryOperator<Chunk> {
    private boolean resumes;
    private ByteString attempt = ByteString.EMPTY;
    private long next;

    NextIndex(boolean resumes) {
      this.resumes = resumes;
    }

    @Override
    public Chunk apply(Chunk chunk) {
      if (resumes) {
        resumes = false;
        attempt = chunk.getAttempt();
        next =
            chunk.hasImage()
                ? chunk.getImage().getFirstIndex() + 1
                : chunk.getTokens().getFirstIndex() + chunk.getTokens().getIdsCount();
      } else if (chunk.hasStarted()) {
        attempt = chunk.getAttempt();
      } else if (chunk.getAttempt().equals(attempt) && chunk.hasTokens()) {
        Chunk moved =
            chunk.toBuilder().setTokens(chunk.getTokens().toBuilder().setFirstIndex(next)).build();
        next += chunk.getTokens().getIdsCount();
        return moved;
      } else if (chunk.getAttempt().equals(attempt) && chunk.hasImage()) {
        return chunk.toBuilder()
            .setImage(chunk.getImage().toBuilder().setFirstIndex(next++))
            .build();
      } else if (chunk.getAttempt().equals(attempt) && chunk.hasFinished()) {
        return chunk.toBuilder()
            .setFinished(chunk.getFinished().toBuilder().setTotal(next))
            .build();
      }
      return chunk;
    }
  }

  private static final class LastAttempt implements UnaryOperator<Chunk> {
    private ByteString attempt = ByteString.EMPTY;

    @Override
    public Chunk apply(Chunk chunk) {
      if (chunk.hasStarted() || attempt.isEmpty()) {
        attempt = chunk.getAttempt();
      }
      return chunk.hasQueued() ? chunk : chunk.toBuilder().setAttempt(attempt).build();
    }
  }

  private static final class FirstAtZero implements UnaryOperator<Chunk> {
    private boolean first = true;

    @Override
    public Chunk apply(Chunk chunk) {
      boolean cursor = first;
      first = false;
      return cursor && chunk.hasTokens()
          ? chunk.toBuilder().setTokens(chunk.getTokens().toBuilder().setFirstIndex(0)).build()
          : chunk;
    }
  }
}
