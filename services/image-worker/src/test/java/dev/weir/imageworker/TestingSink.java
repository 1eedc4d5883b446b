package dev.weir.imageworker;

import dev.weir.proto.v1.Finished;
import dev.weir.proto.v1.ImagePart;
import dev.weir.proto.v1.Preview;
import dev.weir.proto.v1.Tokens;
import dev.weir.stream.Generator;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Keeps what a job makes. */
final class TestingSink implements Generator.Sink {
  final CompletableFuture<Void> admitted = new CompletableFuture<>();
  final List<Preview> previews = Collections.synchronizedList(new ArrayList<>());
  final List<ImagePart> parts = Collections.synchronizedList(new ArrayList<>());
  private final Semaphore parted = new Semaphore(0);
  private final CompletableFuture<Finished> end = new CompletableFuture<>();

  @Override
  public void admitted() {
    if (!admitted.complete(null)) {
      throw new AssertionError("admitted twice");
    }
  }

  @Override
  public void tokens(Tokens tokens) {
    throw new AssertionError("a picture has no tokens");
  }

  @Override
  public void preview(Preview preview) {
    previews.add(preview);
  }

  @Override
  public void image(ImagePart part) {
    parts.add(part);
    parted.release();
  }

  @Override
  public void finished(Finished finished) {
    if (!end.complete(finished)) {
      throw new AssertionError("finished twice");
    }
  }

  /** Waits for so many more pictures. */
  void awaitParts(int count) throws InterruptedException {
    if (!parted.tryAcquire(count, 60, TimeUnit.SECONDS)) {
      throw new AssertionError("%d pictures came".formatted(parts.size()));
    }
  }

  /** All pictures, at the end. */
  List<ImagePart> awaitAll() throws Exception {
    await();
    return parts;
  }

  boolean ended() {
    return end.isDone();
  }

  Finished await() throws Exception {
    return end.get(60, TimeUnit.SECONDS);
  }
}
