package dev.weir.simulation;

import dev.weir.proto.ContentType;
import dev.weir.proto.v1.Chunk;
import dev.weir.proto.v1.Failure;
import dev.weir.stream.AttemptWorld;
import dev.weir.stream.Delivery;
import dev.weir.stream.LogReader.LogListener;
import dev.weir.stream.LogReader.Reading;
import dev.weir.stream.LogRecord;
import dev.weir.stream.LogWriter;
import dev.weir.stream.RequestHeaders;
import dev.weir.stream.StreamReader.StreamFailure;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Attempts that do not write what they should, or do not hear what became of it. */
final class WritingMutants {
  private WritingMutants() {}

  /** `started` is sent again before the record that follows it. */
  static Seams startedTwice() {
    return writing(StartedTwice::new);
  }

  /** The copy of what is given up is said to be kept, and is not. */
  static Seams noDeadCopy() {
    return writing(writer ->
        new DelegatingLogWriter(writer) {
          @Override
          public void bury(Delivery delivery, Failure why, int attempts, Outcome outcome) {
            outcome.onDone(0, null);
          }
        });
  }

  /**
   * No acknowledgement says where its record lies; no reading that has begun says that it fails.
   */
  static Seams lossHidden() {
    return new WorldMutant(world -> {
      AttemptWorld silent = WorldMutant.reading(world, SilentOnceBegun::new);
      return WorldMutant.writing(silent, new Placeless(world.writer()));
    });
  }

  private static Seams writing(UnaryOperator<LogWriter> writer) {
    return new WorldMutant(world -> WorldMutant.writing(world, writer.apply(world.writer())));
  }

  private static final class StartedTwice extends DelegatingLogWriter {
    private @Nullable Chunk started;

    StartedTwice(LogWriter writer) {
      super(writer);
    }

    @Override
    public void chunk(
        int partition,
        String requestId,
        Chunk chunk,
        ContentType type,
        RequestHeaders about,
        Outcome outcome) {
      Chunk again = started;
      started = chunk.hasStarted() ? chunk : null;
      if (again != null && again.getAttempt().equals(chunk.getAttempt())) {
        super.chunk(partition, requestId, again, type, about, (_, _) -> {});
      }
      super.chunk(partition, requestId, chunk, type, about, outcome);
    }
  }

  private static final class Placeless extends DelegatingLogWriter {
    Placeless(LogWriter writer) {
      super(writer);
    }

    @Override
    public void chunk(
        int partition,
        String requestId,
        Chunk chunk,
        ContentType type,
        RequestHeaders about,
        Outcome outcome) {
      super.chunk(
          partition, requestId, chunk, type, about, (_, failure) -> outcome.onDone(-1, failure));
    }
  }

  private static final class SilentOnceBegun extends DelegatingLogListener {
    private boolean begun;

    SilentOnceBegun(LogListener listener) {
      super(listener);
    }

    @Override
    public void onRecord(LogRecord record, Reading reading) {
      begun = true;
      super.onRecord(record, reading);
    }

    @Override
    public void onFailed(StreamFailure failure) {
      if (!begun) {
        super.onFailed(failure);
      }
    }
  }
}
