package dev.weir.bench.stream;

import dev.weir.proto.v1.ModelCard;
import dev.weir.stream.Intake;
import dev.weir.stream.IntakeOptions;
import dev.weir.stream.ModelCardPublisher;
import dev.weir.stream.StreamConfig;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A worker as the product has it, with a {@link PacedGenerator} in place of the engine. */
final class PacedWorker implements AutoCloseable {
  static final String MODEL = "paced";

  private static final int SEQUENCES_PER_ENGINE = 64;
  private static final long READY_LIMIT_SECONDS = 120;

  private final PacedGenerator generator = new PacedGenerator(SEQUENCES_PER_ENGINE);
  private final Intake intake;
  private final ModelCardPublisher card;

  /**
   * Starts it, and returns when requests are taken.
   *
   * @param name unique among those that run
   * @param shared whether other workers are there
   */
  PacedWorker(StreamConfig streams, String name, int slots, boolean shared)
      throws InterruptedException {
    IntakeOptions options = IntakeOptions.of(MODEL, name, slots, MODEL);
    intake =
        shared
            ? Intake.start(streams, options, generator, null)
            : Intake.startUnshared(streams, options, generator);
    CompletableFuture<Void> ready = intake.ready().toCompletableFuture();
    try {
      ready.get(READY_LIMIT_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      intake.close();
      throw new IllegalStateException("the worker " + name + " takes no requests", e);
    }
    card =
        new ModelCardPublisher(
            streams,
            () ->
                ModelCard.newBuilder()
                    .setModel(MODEL)
                    .setWorker(name)
                    .setKind("text")
                    .setSlots(slots)
                    .setRunning(intake.running())
                    .setNumericsId(MODEL)
                    .build());
  }

  PacedGenerator generator() {
    return generator;
  }

  @Override
  public void close() {
    generator.endAll();
    card.close();
    intake.close();
    generator.close();
  }
}
