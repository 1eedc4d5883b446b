package dev.weir.textworker;

import dev.weir.proto.v1.Finished;
import dev.weir.proto.v1.ImagePart;
import dev.weir.proto.v1.Preview;
import dev.weir.proto.v1.Tokens;
import dev.weir.stream.Generator;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Records what a job makes. */
final class TestingSink implements Generator.Sink {
  final List<Tokens> tokens = new ArrayList<>();
  final CompletableFuture<Boolean> admitted = new CompletableFuture<>();
  private final CompletableFuture<Finished> finished = new CompletableFuture<>();

  @Override
  public void admitted() {
    if (!admitted.complete(true)) {
      throw new AssertionError("admitted twice");
    }
  }

  @Override
  public void tokens(Tokens record) {
    tokens.add(record);
  }

  @Override
  public void preview(Preview preview) {
    throw new AssertionError("a text has no previews");
  }

  @Override
  public void image(ImagePart part) {
    throw new AssertionError("a text has no images");
  }

  @Override
  public void finished(Finished record) {
    if (!finished.complete(record)) {
      throw new AssertionError("finished twice");
    }
  }

  /** Waits for the end. */
  Finished await() throws Exception {
    return finished.get(20, TimeUnit.SECONDS);
  }

  boolean isFinished() {
    return finished.isDone();
  }

  List<Integer> ids() {
    return tokens.stream().flatMap(t -> t.getIdsList().stream()).toList();
  }

  String text() {
    StringBuilder text = new StringBuilder();
    tokens.forEach(t -> text.append(t.getText()));
    return text.toString();
  }
}
