package dev.weir.simulation;

import com.google.protobuf.ByteString;
import dev.weir.proto.ContentType;
import dev.weir.proto.v1.Chunk;
import dev.weir.stream.AttemptWorld;
import dev.weir.stream.LogReader.LogListener;
import dev.weir.stream.LogReader.Reading;
import dev.weir.stream.LogRecord;
import dev.weir.stream.RequestHeaders;

/** Attempts that do not read all of the log of their request, or not as it is. */
final class ReadingMutants {
  private ReadingMutants() {}

  /** Nothing that others wrote is read behind its own `started`. */
  static Seams noCheck() {
    return showing((record, own, seen) -> !seen || isOf(own, record));
  }

  /** Nothing that others wrote is read. */
  static Seams noReading() {
    return showing((record, own, _) -> record.chunk().hasQueued() || isOf(own, record));
  }

  /** The first tokens are not read if they lie before its own `started`. */
  static Seams skew() {
    return showing((record, _, seen) ->
        seen || !record.chunk().hasTokens() || record.chunk().getTokens().getFirstIndex() > 0);
  }

  /** Each `started` is read nine times. */
  static Seams givesUpSoon() {
    return new WorldMutant(world ->
        WorldMutant.reading(
            world,
            listener ->
                new DelegatingLogListener(listener) {
                  @Override
                  public void onRecord(LogRecord record, Reading reading) {
                    int times = record.chunk().hasStarted() ? 9 : 1;
                    for (int i = 0; i < times; i++) {
                      super.onRecord(record, reading);
                    }
                  }
                }));
  }

  /** What a reading of an attempt is told: the record, its own id, whether its own was seen. */
  private interface Shown {
    boolean is(LogRecord record, ByteString own, boolean seen);
  }

  private static boolean isOf(ByteString own, LogRecord record) {
    return record.chunk().getAttempt().equals(own);
  }

  private static Seams showing(Shown shown) {
    return new WorldMutant(world -> {
      Noting writer = new Noting(world);
      return WorldMutant.reading(
          WorldMutant.writing(world, writer), listener -> new Some(listener, shown, writer));
    });
  }

  /** Knows the attempt that wrote last. */
  private static final class Noting extends DelegatingLogWriter {
    private ByteString own = ByteString.EMPTY;

    Noting(AttemptWorld world) {
      super(world.writer());
    }

    @Override
    public void chunk(
        int partition,
        String requestId,
        Chunk chunk,
        ContentType type,
        RequestHeaders about,
        Outcome outcome) {
      own = chunk.getAttempt();
      super.chunk(partition, requestId, chunk, type, about, outcome);
    }
  }

  /** Shows some records only. */
  private static final class Some extends DelegatingLogListener {
    private final Shown shown;
    private final Noting writer;
    private boolean seen;

    Some(LogListener listener, Shown shown, Noting writer) {
      super(listener);
      this.shown = shown;
      this.writer = writer;
    }

    @Override
    public void onRecord(LogRecord record, Reading reading) {
      if (shown.is(record, writer.own, seen)) {
        seen |= record.chunk().hasStarted() && isOf(writer.own, record);
        super.onRecord(record, reading);
      }
    }
  }
}
