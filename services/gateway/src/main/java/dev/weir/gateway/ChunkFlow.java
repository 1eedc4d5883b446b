package dev.weir.gateway;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import com.google.protobuf.ByteString;
import dev.weir.stream.Cursor;
import dev.weir.stream.StreamChunk;
import dev.weir.stream.StreamReader;
import dev.weir.stream.StreamReader.Start;
import dev.weir.stream.StreamReader.StreamFailure;
import dev.weir.stream.StreamReader.StreamListener;
import dev.weir.stream.StreamReader.Subscription;
import io.vertx.core.Context;
import org.jspecify.annotations.Nullable;

/**
 * One reading of a stream, brought from the reader's thread onto an event loop and held to the pace
 * of its client.
 *
 * <p>What fits into {@code window} waits between the two. When there is more, because the client
 * takes nothing or the loop is behind, previews of pictures are dropped, and the rest is not kept:
 * the subscription is closed, and opened again behind the last chunk delivered once there is room.
 * So a slow client costs a bounded amount of memory and nobody else any time.
 *
 * <pre>
 *             window full                  queue drained, not paused
 *   reading ──────────────▶ overflowed ───────────────────────────────▶ reading (After cursor)
 *      └──── finished or failure ────▶ closed ◀──── close() ────┘
 * </pre>
 *
 * <p>All methods belong to the event loop of {@code context}; so do the calls of the handler.
 */
final class ChunkFlow {
  /** Takes the chunks of one stream. */
  interface Handler {
    /** False: this chunk must wait, and the flow pauses before it. */
    default boolean accepts(StreamChunk chunk) {
      return true;
    }

    /** After {@code finished} nothing comes. */
    void onChunk(StreamChunk chunk);

    /** Nothing comes after it. */
    void onFailed(StreamFailure failure);

    /** What could be delivered now has been: a good moment to write. */
    default void onBatchEnd() {}
  }

  private final Context context;
  private final StreamReader reader;
  private final String requestId;
  private final FlowWindow window;
  private final Handler handler;

  private Start next;
  private ByteString attempt = ByteString.EMPTY;
  private @Nullable Reading reading;
  private boolean paused;
  private boolean closed;

  ChunkFlow(
      Context context,
      StreamReader reader,
      String requestId,
      Start start,
      FlowWindow window,
      Handler handler) {
    this.context = context;
    this.reader = reader;
    this.requestId = requestId;
    this.next = start;
    this.window = window;
    this.handler = handler;
  }

  void open() {
    if (closed || reading != null) {
      return;
    }
    Reading opened = new Reading();
    reading = opened;
    try {
      opened.subscription = reader.follow(requestId, next, opened);
    } catch (RuntimeException e) {
      opened.onFailed(new StreamFailure("unavailable", "The stream cannot be read now.", e));
    }
  }

  /** Nothing is delivered until {@link #resume}. */
  void pause() {
    paused = true;
  }

  void resume() {
    if (paused && !closed) {
      paused = false;
      Reading current = reading;
      if (current != null) {
        current.schedule();
      }
    }
  }

  /** Behind what was delivered last; null before the first of its tokens or parts. */
  @Nullable Cursor cursor() {
    return next instanceof Start.After(Cursor cursor) ? cursor : null;
  }

  void close() {
    closed = true;
    Reading current = reading;
    reading = null;
    if (current != null) {
      current.drop();
    }
  }

  private void deliver(StreamChunk chunk) {
    switch (chunk.chunk().getBodyCase()) {
      case TOKENS, IMAGE -> next = new Start.After(chunk.cursor());
      case STARTED -> {
        // A reading opened again before the first token meets the same `started` again.
        if (chunk.chunk().getAttempt().equals(attempt)) {
          return;
        }
        attempt = chunk.chunk().getAttempt();
      }
      case FINISHED -> close();
      case QUEUED, PREVIEW, BODY_NOT_SET -> {}
    }
    handler.onChunk(chunk);
  }

  /** One subscription. Its queue is shared by the reader's thread and the event loop. */
  private final class Reading implements StreamListener {
    // Written by the loop before the first drain can run there.
    private @Nullable Subscription subscription;

    @GuardedBy("this")
    private final WaitingChunks queue = new WaitingChunks(window);

    @GuardedBy("this")
    private @Nullable StreamFailure failure;

    @GuardedBy("this")
    private boolean overflowed;

    @GuardedBy("this")
    private boolean scheduled;

    @GuardedBy("this")
    private boolean left;

    @Override
    public void onChunk(StreamChunk chunk) {
      synchronized (this) {
        if (overflowed) {
          return;
        }
        if (left) {
          return;
        }
        if (!queue.offer(chunk)) {
          overflowed = true; // this chunk is read again later
          window.overflowed();
        }
      }
      schedule();
    }

    @Override
    public void onFailed(StreamFailure failed) {
      synchronized (this) {
        if (overflowed) {
          return; // the next subscription meets it again, in its place
        }
        failure = failed;
      }
      schedule();
    }

    void schedule() {
      synchronized (this) {
        if (scheduled) {
          return;
        }
        scheduled = true;
      }
      context.runOnContext(ignored -> drain());
    }

    void leave() {
      Subscription open = subscription;
      subscription = null;
      if (open != null) {
        open.close();
      }
    }

    /** What is held is let go. */
    void drop() {
      leave();
      synchronized (this) {
        left = true;
        queue.clear();
      }
    }

    private void drain() {
      synchronized (this) {
        scheduled = false;
      }
      boolean delivered = false;
      while (reading == this && !paused) {
        StreamChunk chunk;
        synchronized (this) {
          chunk = queue.peek();
        }
        if (chunk == null) {
          break;
        }
        if (!handler.accepts(chunk)) {
          paused = true;
          break;
        }
        synchronized (this) {
          if (!queue.remove(chunk)) {
            continue; // a preview that gave way meanwhile
          }
        }
        deliver(chunk);
        delivered = true;
      }
      if (delivered) {
        handler.onBatchEnd();
      }
      if (reading == this) {
        atEndOfQueue();
      }
    }

    private void atEndOfQueue() {
      boolean full;
      boolean more; // came meanwhile, or the flow is paused: a further turn takes it
      StreamFailure failed;
      synchronized (this) {
        full = overflowed;
        more = !queue.isEmpty();
        failed = failure;
      }
      if (full) {
        leave();
      }
      if (more || paused) {
        return;
      }
      if (full) {
        reading = null;
        open();
      } else if (failed != null) {
        close();
        handler.onFailed(failed);
      }
    }
  }
}
