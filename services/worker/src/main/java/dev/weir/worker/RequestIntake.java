package dev.weir.worker;

import dev.weir.proto.v1.ModelCard;
import dev.weir.stream.Intake;
import dev.weir.stream.IntakeOptions;
import dev.weir.stream.ModelCardPublisher;
import dev.weir.stream.StreamConfig;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Takes the requests of everything that one engine serves, and publishes the model cards. Slots are
 * shared by all names, so that each card tells what runs and waits under all. Safe for use by any
 * thread.
 */
public final class RequestIntake implements AutoCloseable {
  private final WorkerOptions options;
  private final long readyMs = System.currentTimeMillis();
  private final List<Intake> intakes = new ArrayList<>();
  private final List<ModelCardPublisher> cards = new ArrayList<>();
  private boolean left;

  private RequestIntake(WorkerOptions options) {
    this.options = options;
  }

  /**
   * Begins to take requests, and returns when all are taken.
   *
   * @param registry takes the metrics of Kafka clients
   * @throws IllegalStateException if Kafka's groups are not joined in time
   */
  public static RequestIntake start(
      List<Served> served, WorkerOptions options, StreamConfig streams, MeterRegistry registry) {
    RequestIntake intake = new RequestIntake(options);
    try {
      served.forEach(one -> intake.take(one, streams, registry));
      for (int i = 0; i < served.size(); i++) {
        awaitReady(intake.intakes.get(i), served.get(i).name(), options.joinTimeout());
      }
      for (Served one : served) {
        intake.cards.add(new ModelCardPublisher(streams, () -> intake.card(one)));
      }
      return intake;
    } catch (RuntimeException e) {
      intake.close();
      throw e;
    }
  }

  /** How many requests are taken in all, if a setting says so or 0: the slots and some more. */
  public static int size(int setting, int slots) {
    return setting == 0 ? slots + IntakeOptions.LOOK_AHEAD : setting;
  }

  private void take(Served served, StreamConfig streams, MeterRegistry registry) {
    intakes.add(
        Intake.start(
            streams,
            new IntakeOptions(
                served.name(),
                options.worker(),
                served.slots(),
                served.intake(),
                served.numericsId(),
                options.closeLimit(),
                options.holdLimit()),
            served.generator(),
            registry));
  }

  private static void awaitReady(Intake intake, String model, Duration limit) {
    try {
      intake.ready().toCompletableFuture().get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new IllegalStateException(
          "the worker group of model %s was not joined within %d s"
              .formatted(model, limit.toSeconds()),
          e);
    } catch (ExecutionException e) {
      throw new IllegalStateException("the intake of model " + model + " did not start", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the intake started", e);
    }
  }

  /** What is served now under a name. */
  public ModelCard card(Served served) {
    return served.card().toBuilder()
        .setModel(served.name())
        .setWorker(options.worker())
        .setSlots(served.slots())
        .setRunning(intakes.stream().mapToInt(Intake::running).sum())
        .setWaiting(intakes.stream().mapToInt(Intake::waiting).sum())
        .setNumericsId(served.numericsId())
        .setReadyMs(readyMs)
        .setVersion(version())
        .build();
  }

  private static String version() {
    @Nullable String version = RequestIntake.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }

  /** Whether requests are taken: true until a close. */
  public synchronized boolean open() {
    return !left;
  }

  /** Takes no more requests: the cards go first, then those under way end or are handed over. */
  @Override
  public void close() {
    synchronized (this) {
      if (left) {
        return;
      }
      left = true;
    }
    cards.forEach(ModelCardPublisher::close);
    List<Thread> closing =
        intakes.stream()
            .map(intake -> Thread.ofPlatform().name("weir-intake-closing").start(intake::close))
            .toList();
    try {
      for (Thread thread : closing) {
        thread.join(); // each has its own limit
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
