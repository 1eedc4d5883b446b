package dev.weir.client;

import dev.weir.proto.v1.Chunk;
import dev.weir.proto.v1.Finished;
import dev.weir.stream.Cursor;
import dev.weir.stream.StreamChunk;
import dev.weir.stream.StreamReader;
import dev.weir.stream.StreamReader.Start;
import dev.weir.stream.StreamReader.StreamFailure;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * The stream of one request, as an iteration that waits for what comes next. For use by one thread;
 * {@link #close} by any. Closing leaves the stream, it does not cancel the request.
 *
 * <p>At most {@value #MAX_WAITING} chunks of {@value #MAX_WAITING_BYTES} bytes wait here: who reads
 * slower leaves the live stream and reads on in the log behind the last chunk it took, so that a
 * slow reader costs nobody else. Previews of pictures have half of that room, and are missed
 * beyond.
 */
public final class Answer implements Iterable<AnswerEvent>, AutoCloseable {
  static final int MAX_WAITING = 1024;
  static final int MAX_WAITING_BYTES = 32 << 20;

  private final StreamReader reader;
  private final String requestId;
  private final Duration silenceLimit;
  private final Object lock = new Object();
  private final Queue<StreamChunk> waiting = new ArrayDeque<>();
  private long waitingBytes;
  private Start start;
  private Tap tap;
  private @Nullable StreamFailure failure;
  private boolean overrun;
  private boolean ended;
  private boolean closed;

  Answer(StreamReader reader, String requestId, Start start, Duration silenceLimit) {
    this.reader = reader;
    this.requestId = requestId;
    this.start = start;
    this.silenceLimit = silenceLimit;
    this.tap = new Tap();
    tap.open();
  }

  public String requestId() {
    return requestId;
  }

  /** Reads to the end and returns the whole text, without what was held before a resume. */
  public String text() {
    StringBuilder text = new StringBuilder();
    for (AnswerEvent event : this) {
      switch (event) {
        case AnswerEvent.Text tokens -> text.append(tokens.text());
        case AnswerEvent.End end -> text.append(end.finished().getText());
        case AnswerEvent.Began began -> {}
        case AnswerEvent.Glimpse glimpse -> {}
        case AnswerEvent.Image image -> {}
      }
    }
    return text.toString();
  }

  /**
   * Reads to the end and returns the pictures, without those before a resume.
   *
   * @throws AnswerException if one cannot be fetched, as {@link Picture#of}
   */
  public List<Picture> pictures() {
    List<Picture> pictures = new ArrayList<>();
    for (AnswerEvent event : this) {
      if (event instanceof AnswerEvent.Image image) {
        pictures.add(image.picture());
      }
    }
    return pictures;
  }

  /**
   * The events, once; a second iteration goes on where the first stopped. {@code next} waits for
   * the next event.
   *
   * @throws AnswerException from {@code next} if the stream cannot be read on, or is silent for too
   *     long
   */
  @Override
  public Iterator<AnswerEvent> iterator() {
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return !ended;
      }

      @Override
      public AnswerEvent next() {
        if (ended) {
          throw new NoSuchElementException("the answer has ended");
        }
        return take();
      }
    };
  }

  private AnswerEvent take() {
    StreamChunk chunk = await();
    Chunk record = chunk.chunk();
    return switch (record.getBodyCase()) {
      case STARTED -> new AnswerEvent.Began(record.getStarted());
      case TOKENS -> {
        taken(chunk.cursor());
        yield new AnswerEvent.Text(chunk.cursor(), record.getTokens());
      }
      case PREVIEW -> new AnswerEvent.Glimpse(record.getPreview());
      case IMAGE -> {
        taken(chunk.cursor());
        yield new AnswerEvent.Image(chunk.cursor(), record.getImage());
      }
      case FINISHED -> {
        Finished finished = record.getFinished();
        ended = true;
        close();
        yield new AnswerEvent.End(finished);
      }
      case QUEUED, BODY_NOT_SET -> take();
    };
  }

  private void taken(Cursor cursor) {
    synchronized (lock) {
      start = new Start.After(cursor);
    }
  }

  private StreamChunk await() {
    long deadline = System.nanoTime() + silenceLimit.toNanos();
    synchronized (lock) {
      while (true) {
        StreamChunk chunk = waiting.poll();
        if (chunk != null) {
          waitingBytes -= chunk.chunk().getSerializedSize();
          return chunk;
        }
        if (closed) {
          throw new AnswerException("closed", "the answer was closed");
        }
        if (failure != null) {
          throw failed(failure);
        }
        if (overrun) {
          overrun = false;
          tap = new Tap();
          tap.open();
        }
        long leftMs = (deadline - System.nanoTime()) / 1_000_000;
        if (leftMs <= 0) {
          throw new AnswerException(
              "timeout",
              "nothing came for %s in %d s".formatted(requestId, silenceLimit.toSeconds()));
        }
        try {
          lock.wait(leftMs);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new AnswerException("interrupted", "interrupted while waiting for tokens", e);
        }
      }
    }
  }

  private static AnswerException failed(StreamFailure failure) {
    return failure.cause() == null
        ? new AnswerException(failure.code(), failure.message())
        : new AnswerException(failure.code(), failure.message(), failure.cause());
  }

  /** Whether more came than can wait, and the live stream was left. */
  boolean overrun() {
    synchronized (lock) {
      return overrun;
    }
  }

  @Override
  public void close() {
    Tap open;
    synchronized (lock) {
      closed = true;
      open = tap;
      lock.notifyAll();
    }
    open.close();
  }

  /** One following of the stream; an answer that was overrun opens another. */
  private final class Tap implements StreamReader.StreamListener {
    private StreamReader.@Nullable Subscription subscription;
    private boolean shut;

    void open() {
      StreamReader.Subscription opened = reader.follow(requestId, start, this);
      synchronized (this) {
        subscription = opened;
        if (!shut) {
          return;
        }
      }
      opened.close();
    }

    void close() {
      StreamReader.Subscription open;
      synchronized (this) {
        shut = true;
        open = subscription;
      }
      if (open != null) {
        open.close();
      }
    }

    @Override
    public void onChunk(StreamChunk chunk) {
      synchronized (lock) {
        if (tap != this || overrun || closed) {
          return;
        }
        // Previews do not overrun: read again from the last picture on, they would for ever.
        boolean preview = chunk.chunk().hasPreview();
        int share = preview ? 2 : 1;
        int bytes = chunk.chunk().getSerializedSize();
        if (waiting.isEmpty()
            || (waiting.size() < MAX_WAITING / share
                && waitingBytes + bytes <= MAX_WAITING_BYTES / share)) {
          waiting.add(chunk);
          waitingBytes += bytes;
          lock.notifyAll();
          return;
        }
        if (preview) {
          return;
        }
        overrun = true;
      }
      close();
    }

    @Override
    public void onFailed(StreamFailure reason) {
      synchronized (lock) {
        if (tap == this && !overrun) {
          failure = reason;
          lock.notifyAll();
        }
      }
    }
  }
}
