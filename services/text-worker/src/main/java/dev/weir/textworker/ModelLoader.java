package dev.weir.textworker;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Loads models one after the other in a thread of its own, beside whatever else starts: reading and
 * packing weights takes longer than Kafka and the gateway together.
 */
public final class ModelLoader implements AutoCloseable {
  private final Duration defaultDeadline;
  private final MeterRegistry registry;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().daemon().name("weir-model-loader").factory());
  private final List<Loading> all = new ArrayList<>();

  /**
   * @param defaultDeadline of requests that name none
   * @param registry takes the metrics of the engines
   */
  public ModelLoader(Duration defaultDeadline, MeterRegistry registry) {
    this.defaultDeadline = defaultDeadline;
    this.registry = registry;
  }

  /** A model on its way. */
  public static final class Loading {
    private final TextWorkerConfig config;
    private final CompletableFuture<TextModel> model;
    private boolean taken;

    private Loading(TextWorkerConfig config, CompletableFuture<TextModel> model) {
      this.config = config;
      this.model = model;
    }

    TextWorkerConfig config() {
      return config;
    }

    /** Waits for the model, which the caller owns from then on; throws what loading threw. */
    synchronized TextModel take() {
      taken = true;
      try {
        return model.join();
      } catch (CompletionException e) {
        throw e.getCause() instanceof RuntimeException cause ? cause : e;
      }
    }

    private synchronized void drop() {
      if (!taken) {
        model.thenAccept(TextModel::close);
      }
    }
  }

  /** Begins to load a model when those before it are loaded. */
  public synchronized Loading begin(TextWorkerConfig config) {
    Loading loading =
        new Loading(
            config,
            CompletableFuture.supplyAsync(
                () -> TextModel.load(config, defaultDeadline, registry), thread));
    all.add(loading);
    return loading;
  }

  /** Models that nobody has taken are closed once they are loaded. */
  @Override
  public synchronized void close() {
    thread.shutdownNow();
    all.forEach(Loading::drop);
  }
}
