package dev.weir.stream;

import dev.weir.stream.StreamReader.StreamFailure;

/**
 * Reads the chunk log: the records of one request, in order. A seam: Kafka in the product, virtual
 * time in simulations.
 */
public interface LogReader {
  /** Reads from a place, and goes on at the end as records come, until the reading is closed. */
  Reading read(String requestId, Place start, LogListener listener);

  /** Where a reading begins. */
  sealed interface Place {
    /**
     * At an offset.
     *
     * @param mustExist true if a record must lie there already
     */
    record At(int partition, long offset, boolean mustExist) implements Place {}

    /** At the first record not older than a time; {@code partition} -1: the one of the id. */
    record Since(int partition, long timeMs) implements Place {}
  }

  /** Takes the records. Called by one thread at a time, which it must not block. */
  interface LogListener {
    /** Every record of the request, each once (again behind a rewind), none left out. */
    void onRecord(LogRecord record, Reading reading);

    /**
     * All that lay in the log a moment ago has been read. May come more than once; and of a reading
     * that began at an offset, also before a record that was just written there is read.
     */
    void onCaughtUp(Reading reading);

    /** The reading is over. Codes: {@code out_of_range}, {@code not_found}, {@code unavailable}. */
    void onFailed(StreamFailure failure);
  }

  /** A reading under way. */
  interface Reading extends AutoCloseable {
    /** Goes back, to an offset; only from within a call of the listener. */
    void rewind(long offset);

    /** Goes back to the first record that is kept; only from within a call of the listener. */
    void rewindToEarliest();

    /** Where the reading began, or was last sent back to: an offset. */
    long startOffset();

    /** The partition that is read. */
    int partition();

    /** Ends it; the listener hears nothing more after the call in progress. */
    @Override
    void close();
  }
}
