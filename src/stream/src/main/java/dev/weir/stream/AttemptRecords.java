package dev.weir.stream;

import com.google.protobuf.ByteString;
import dev.weir.proto.v1.Chunk;
import dev.weir.proto.v1.Finished;
import dev.weir.proto.v1.ImagePart;
import dev.weir.proto.v1.Preview;
import dev.weir.proto.v1.Started;
import dev.weir.proto.v1.Tokens;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What an attempt writes into the chunk log, in order: `started`, its part of the output with each
 * index once, `finished`, and nothing behind that. For use by the attempt's thread; what becomes of
 * the records comes back as events.
 */
final class AttemptRecords {
  private final LogWriter writer;
  private final InstantSource clock;
  private final Delivery delivery;
  private final ByteString id;
  private final OwnRecords own;
  private final Consumer<AttemptEvent> events;
  private final TokenBatch batch = new TokenBatch();
  private final AtomicInteger unacknowledged = new AtomicInteger();
  private volatile boolean complete;
  private int partition;
  private long next;

  /**
   * @param id of the attempt
   * @param own is told what was acknowledged
   * @param events takes StartedAt, SendFailed and, behind `finished`, AllAcknowledged
   */
  AttemptRecords(
      AttemptWorld world,
      Delivery delivery,
      ByteString id,
      OwnRecords own,
      Consumer<AttemptEvent> events) {
    writer = world.writer();
    clock = world.clock();
    this.delivery = delivery;
    this.id = id;
    this.own = own;
    this.events = events;
  }

  void started(int partition, Started started) {
    this.partition = partition;
    send("started", Chunk.newBuilder().setStarted(started));
  }

  /** The output goes on at an index. */
  void goOnAt(long index) {
    next = index;
  }

  /** Index of the next token (image part). */
  long next() {
    return next;
  }

  /** The next tokens, at once or a few milliseconds later. */
  void tokens(Tokens tokens) {
    next += tokens.getIdsCount();
    sendTokens(batch.add(tokens));
  }

  void image(ImagePart part) {
    next++;
    flush();
    send("image", Chunk.newBuilder().setImage(part));
  }

  void preview(Preview preview) {
    flush();
    send("preview", Chunk.newBuilder().setPreview(preview));
  }

  /** Step 6: nothing of this attempt is written behind it. */
  void finished(Finished finished) {
    flush();
    complete = true;
    send("finished", Chunk.newBuilder().setFinished(finished));
  }

  /** When {@link #flush} is due, milliseconds since 1970 (UTC); never if nothing waits for it. */
  long dueMs() {
    return batch.dueMs();
  }

  /** Sends the tokens that wait for more. */
  void flush() {
    sendTokens(batch.take(clock.millis()));
  }

  private void sendTokens(@Nullable Tokens tokens) {
    if (tokens != null) {
      send("tokens", Chunk.newBuilder().setTokens(tokens));
    }
  }

  private void send(String what, Chunk.Builder chunk) {
    unacknowledged.incrementAndGet();
    Chunk sent = chunk.setAttempt(id).build();
    writer.chunk(
        partition,
        delivery.requestId(),
        sent,
        delivery.chunkType(),
        delivery.headers(),
        (offset, failure) -> {
          if (failure != null) {
            events.accept(new AttemptEvent.SendFailed(what, failure));
            return;
          }
          if (own.onAcknowledged(offset, sent)) {
            events.accept(new AttemptEvent.LostRecords(offset));
          }
          if (what.equals("started")) {
            events.accept(new AttemptEvent.StartedAt(offset));
          }
          if (unacknowledged.decrementAndGet() == 0 && complete) {
            events.accept(new AttemptEvent.AllAcknowledged());
          }
        });
  }
}
