package dev.weir.stream;

import org.jspecify.annotations.Nullable;

/** Follows streams of requests by the stream rule. Safe for use by any thread; no method blocks. */
public interface StreamReader extends AutoCloseable {
  /**
   * Follows one stream, from a place to its end.
   *
   * @param listener called by the reader's thread, which it must not block
   */
  Subscription follow(String requestId, Start start, StreamListener listener);

  @Override
  void close();

  /** Where a reading begins. */
  sealed interface Start {
    /** At the position that the publisher got; the fastest. */
    record From(Cursor from) implements Start {}

    /** Behind the last record that the reader took before. */
    record After(Cursor cursor) implements Start {}

    /** At the beginning, found by the time in the id. */
    record Beginning() implements Start {}
  }

  /** Takes the records of one stream that count, in order, each once. */
  interface StreamListener {
    /**
     * A record that counts: {@code started}, {@code tokens}, {@code preview}, {@code image} or
     * {@code finished}.
     */
    void onChunk(StreamChunk chunk);

    /**
     * The reading cannot go on ({@code cursor_gone}, {@code not_found}, {@code unavailable});
     * nothing comes after it.
     */
    void onFailed(StreamFailure failure);
  }

  /** Why a reading cannot go on: a stable code and a sentence. */
  record StreamFailure(String code, String message, @Nullable Throwable cause) {}

  /** A reading under way. */
  interface Subscription extends AutoCloseable {
    /** Leaves the stream; the listener hears nothing more after the call in progress. */
    @Override
    void close();
  }
}
