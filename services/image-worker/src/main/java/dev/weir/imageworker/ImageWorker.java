package dev.weir.imageworker;

import dev.weir.image.portrait.PortraitDesign;
import dev.weir.proto.v1.ModelCard;
import dev.weir.stream.StreamAdmin;
import dev.weir.stream.StreamConfig;
import dev.weir.train.BuiltInModels;
import dev.weir.worker.RequestIntake;
import dev.weir.worker.Served;
import dev.weir.worker.Worker;
import dev.weir.worker.WorkerOptions;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Serves models that draw: takes their requests from Kafka and writes their streams. */
public final class ImageWorker implements Worker {
  private static final Logger LOG = LoggerFactory.getLogger(ImageWorker.class);

  private final WorkerOptions options;
  private final PictureFinisher finisher;
  private final List<ImageModel> models;
  // one for each model: what runs in one leaves the slots of the others free
  private final List<RequestIntake> intakes = new ArrayList<>();
  private final CompletableFuture<Throwable> failure = new CompletableFuture<>();
  private boolean closed;

  private ImageWorker(
      List<ImageModel> models,
      @Nullable PictureStore store,
      ImageWorkerConfig config,
      StreamConfig streams,
      MeterRegistry registry) {
    this.models = models;
    options = config.options();
    finisher =
        new PictureFinisher(
            PortraitDesign.builtIn().palette(), PortraitDesign.SIDE, config.inlineLimit(), store);
    Gauge.builder("weir.image.finisher.waiting", finisher, PictureFinisher::waiting)
        .description("Pictures and previews that wait to become files")
        .register(registry);
    Gauge.builder("weir.image.previews.omitted", finisher, PictureFinisher::omitted)
        .description("Previews that were left out so far because too many waited")
        .register(registry);
    try {
      for (ImageModel model : models) {
        intakes.add(
            RequestIntake.start(
                List.of(served(model, config, streams)), options, streams, registry));
        model.engine().failure().thenAccept(cause -> leave(model, cause));
      }
    } catch (RuntimeException e) {
      closeAll();
      throw e;
    }
  }

  private Served served(ImageModel model, ImageWorkerConfig config, StreamConfig streams) {
    int slots = model.engine().slots();
    return new Served(
        model.name(),
        model.numericsId(),
        new ImageGenerator(
            model.engine(),
            finisher,
            model.temperature(),
            streams.defaultDeadline(),
            InstantSource.system()),
        slots,
        RequestIntake.size(config.intake(), slots),
        ModelCard.newBuilder()
            .setKind("image")
            .setFamily(model.name())
            .setPrecision(model.precision())
            .setBackend(model.backend())
            .build());
  }

  /**
   * Loads and warms up the models, makes sure of their topics, and returns when requests are taken.
   *
   * @param registry takes the metrics of engines and Kafka clients
   * @throws dev.weir.stream.StreamUnavailableException if Kafka does not answer
   * @throws dev.weir.stream.StreamSetupException if its topics are there, but wrong
   * @throws IllegalArgumentException if the configuration names what there is not
   * @throws IllegalStateException if a model or Kafka's groups do not get ready in time
   */
  public static ImageWorker start(
      ImageWorkerConfig config, StreamConfig streams, MeterRegistry registry) {
    List<ImageFamily.Named> families = families(config);
    PictureStore store = PictureStores.open(config);
    List<ImageModel> models = new ArrayList<>();
    try (StreamAdmin admin = new StreamAdmin(streams)) {
      // Before a model is loaded: a broker that is down is told at once, and the share coordinator
      // knows the topics by the time that the groups begin; else it tries again after up to 30 s.
      admin.ensure(families.stream().map(named -> named.family().word()).toList());
      for (ImageFamily.Named named : families) {
        models.add(load(named, config, registry));
      }
      return new ImageWorker(models, store, config, streams, registry);
    } catch (RuntimeException e) {
      models.forEach(ImageModel::close);
      if (store != null) {
        store.close();
      }
      throw e;
    }
  }

  /** Whether there is anything to serve without a setting that names it. */
  public static boolean hasBuiltIn() {
    return Arrays.stream(ImageFamily.values()).anyMatch(f -> BuiltInModels.has(f.word()));
  }

  private static List<ImageFamily.Named> families(ImageWorkerConfig config) {
    List<String> texts =
        config
            .families()
            .orElseGet(() ->
                Arrays.stream(ImageFamily.values())
                    .map(ImageFamily::word)
                    .filter(BuiltInModels::has)
                    .toList());
    if (texts.isEmpty()) {
      throw new IllegalArgumentException(
          "no model that draws is built in; name one, FAMILY=FOLDER, that weir train has left");
    }
    return texts.stream().map(ImageFamily.Named::of).toList();
  }

  private static ImageModel load(
      ImageFamily.Named named, ImageWorkerConfig config, MeterRegistry registry) {
    try {
      if (named.folder().isPresent()) {
        return ImageModel.load(named.family(), named.folder().get(), config, registry);
      }
      try (BuiltInModels files = BuiltInModels.open(named.family().word())) {
        return ImageModel.load(named.family(), files.folder(), config, registry);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("model " + named.family().word() + " cannot be read", e);
    }
  }

  /** An engine that has stopped must not take requests away from workers that live. */
  private void leave(ImageModel model, Throwable cause) {
    LOG.error("the engine of model {} has stopped: no more requests", model.name(), cause);
    // not on the engine's thread, which ends after this
    Thread.ofPlatform()
        .name("weir-worker-leaving")
        .start(() -> {
          intakes.forEach(RequestIntake::close);
          failure.complete(cause);
        });
  }

  @Override
  public String worker() {
    return options.worker();
  }

  @Override
  public List<String> models() {
    return models.stream().map(ImageModel::name).toList();
  }

  @Override
  public boolean ready() {
    return intakes.stream().allMatch(RequestIntake::open)
        && models.stream().allMatch(model -> model.engine().alive());
  }

  @Override
  public CompletionStage<Throwable> failure() {
    return failure.minimalCompletionStage();
  }

  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
    }
    closeAll();
    models.forEach(ImageModel::close);
  }

  private void closeAll() {
    List<Thread> closing =
        intakes.stream()
            .map(intake -> Thread.ofPlatform().name("weir-worker-closing").start(intake::close))
            .toList();
    try {
      for (Thread thread : closing) {
        thread.join(); // each has its own limit
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    finisher.close();
  }
}
