package dev.weir.stream;

import dev.weir.proto.v1.Finished;
import dev.weir.proto.v1.ImagePart;
import dev.weir.proto.v1.Preview;
import dev.weir.proto.v1.Tokens;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** Hands over what a generator makes, from its thread to the attempt's. */
final class AttemptSink implements Generator.Sink {
  private final AtomicInteger waiting;
  private final int maxWaiting;
  private final Consumer<AttemptEvent> events;

  /**
   * @param waiting how many records wait; the attempt counts it down
   */
  AttemptSink(AtomicInteger waiting, int maxWaiting, Consumer<AttemptEvent> events) {
    this.waiting = waiting;
    this.maxWaiting = maxWaiting;
    this.events = events;
  }

  @Override
  public void admitted() {
    events.accept(new AttemptEvent.Admitted());
  }

  @Override
  public void tokens(Tokens tokens) {
    put(new AttemptEvent.MadeTokens(tokens));
  }

  @Override
  public void preview(Preview preview) {
    put(new AttemptEvent.MadePreview(preview));
  }

  @Override
  public void image(ImagePart part) {
    put(new AttemptEvent.MadeImage(part));
  }

  @Override
  public void finished(Finished finished) {
    put(new AttemptEvent.MadeEnd(finished));
  }

  private void put(AttemptEvent event) {
    if (waiting.incrementAndGet() > maxWaiting) {
      events.accept(
          new AttemptEvent.SendFailed(
              "output", new IllegalStateException(maxWaiting + " records wait to be sent")));
    } else {
      events.accept(event);
    }
  }
}
