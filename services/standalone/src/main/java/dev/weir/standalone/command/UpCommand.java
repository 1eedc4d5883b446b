package dev.weir.standalone.command;

import dev.weir.imageworker.ImageWorker;
import dev.weir.standalone.GatewayService;
import dev.weir.standalone.model.AdapterSource;
import dev.weir.standalone.model.Catalog;
import dev.weir.standalone.model.ModelSource;
import dev.weir.standalone.model.ModelStore;
import dev.weir.standalone.model.PullException;
import dev.weir.standalone.model.Puller;
import dev.weir.stream.EmbeddedBroker;
import dev.weir.stream.StreamConfig;
import dev.weir.textworker.ModelLoader;
import dev.weir.textworker.TextWorker;
import dev.weir.train.caption.CaptionModel;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.PrintWriter;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Everything in one process. */
@Command(
    name = "up",
    description = {
      "Run all services in one process, on an embedded Kafka broker or on yours (--bootstrap).",
      "The first start fetches smollm2; where it cannot be had, and no other model was pulled,",
      "Weir's own model 'captions' is served. Stop with Ctrl-C."
    })
final class UpCommand implements Callable<Integer> {
  private static final String DEFAULT_MODEL = "smollm2";
  private static final Duration CARD_LIMIT = Duration.ofSeconds(20);

  @Mixin GatewayOptions gatewayOptions = new GatewayOptions();
  @Mixin KafkaOptions kafka = new KafkaOptions();
  @Mixin WorkerOptions workerOptions = new WorkerOptions();
  @Mixin DataOption data = new DataOption();

  @Option(
      names = "--kafka-port",
      paramLabel = "PORT",
      description = "of the embedded broker (default: ${DEFAULT-VALUE}; 0: any free one)",
      defaultValue = "9092")
  int kafkaPort = 9092;

  @Option(
      names = "--model",
      paramLabel = "MODEL",
      description = "NAME, PATH or NAME=PATH; repeatable (default: all that were pulled)")
  List<String> models = List.of();

  @Option(names = "--no-text", description = "serve no text models")
  boolean noText;

  @Option(
      names = "--image-model",
      paramLabel = "FAMILY=FOLDER",
      description =
          "pixel, vae or diffusion, built in or from a folder that 'weir train' has left;"
              + " repeatable (default: all that are built in)")
  List<String> imageModels = List.of();

  @Option(names = "--no-image", description = "serve no image models")
  boolean noImage;

  @Option(names = "--aot-training", hidden = true, description = "answer one request and end")
  boolean aotTraining;

  @Spec @Nullable CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    Running running = new Running();
    try {
      PrometheusMeterRegistry metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
      ModelLoader loader =
          running.stack().add("model loader", new ModelLoader(kafka.defaultDeadline(), metrics));
      List<ModelLoader.Loading> loading = load(loader, noText ? List.of() : modelsHere(), out);
      StreamConfig streams = streams(running, out);
      AtomicBoolean loaded = new AtomicBoolean();
      GatewayService service =
          GatewayService.start(
              gatewayOptions.config(), streams, metrics, running.stack(), loaded::get);
      if (loading.isEmpty() && !noText) {
        loading = load(loader, pulled(out), out);
      }
      if (loading.isEmpty()) {
        AdapterSource.resolve(workerOptions.adapters, List.of()); // says that they have no model
      }
      List<String> served = new ArrayList<>();
      if (!noImage && (!imageModels.isEmpty() || ImageWorker.hasBuiltIn())) {
        ImageWorker painter = startPainter(streams, metrics);
        running.stack().add("image worker", painter);
        served.addAll(painter.models());
      }
      for (ModelLoader.Loading model : loading) {
        TextWorker worker = TextWorker.start(model, workerOptions.locked(streams), metrics);
        running.stack().add("worker " + worker.model(), worker);
        served.addAll(worker.models());
      }
      for (String model : served) {
        if (!service.models().awaitModel(model, CARD_LIMIT)) {
          throw new CommandException(
              "model %s is loaded, but its card does not come back from Kafka".formatted(model));
        }
      }
      loaded.set(true);
      out.println("weir is ready on " + service.gateway().address());
      if (aotTraining) {
        TrainingRun.answerOne(URI.create(service.gateway().address()), service.models().cards());
        running.stop(0);
      }
    } catch (Exception e) {
      running.stack().close();
      throw e;
    }
    return running.await();
  }

  private ImageWorker startPainter(StreamConfig streams, PrometheusMeterRegistry metrics) {
    return ImageWorker.start(
        new ImageWorkerOptions()
            .config(
                imageModels,
                Map.of(),
                Map.of(
                    "weir.image-worker.close-limit",
                    "PT1S",
                    "weir.image-worker.store",
                    data.folder.resolve("pictures").toUri().toString())),
        streams,
        metrics);
  }

  private StreamConfig streams(Running running, PrintWriter out) {
    if (kafka.named()) {
      return kafka.streams();
    }
    EmbeddedBroker broker =
        running
            .stack()
            .add("broker", EmbeddedBroker.start(data.folder.resolve("broker"), kafkaPort));
    broker
        .failure()
        .thenAccept(failure -> {
          out.println("weir: " + failure.getMessage());
          running.stop(1);
        });
    out.println("kafka is on " + broker.bootstrap());
    return kafka.at(broker.bootstrap());
  }

  private List<ModelLoader.Loading> load(
      ModelLoader loader, List<ModelSource> sources, PrintWriter out) {
    List<ModelLoader.Loading> loading = new ArrayList<>();
    List<AdapterSource> adapters =
        sources.isEmpty() ? List.of() : AdapterSource.resolve(workerOptions.adapters, sources);
    for (ModelSource model : sources) {
      out.println(model.name() + ": loading");
      // The broker stops too: nobody else could go on with what runs, so there is no use in
      // waiting.
      loading.add(
          loader.begin(
              workerOptions.config(model, adapters, Map.of("weir.worker.close-limit", "PT1S"))));
    }
    return loading;
  }

  /** The models that were named, or else those that are here without a fetch. */
  private List<ModelSource> modelsHere() {
    ModelStore store = data.models();
    if (!models.isEmpty()) {
      return models.stream().map(text -> ModelSource.resolve(text, store)).toList();
    }
    return store.find(DEFAULT_MODEL).isEmpty() ? List.of() : all(store);
  }

  /**
   * The default model is fetched; others that are here are served without it, and without any the
   * one that is part of Weir.
   */
  private List<ModelSource> pulled(PrintWriter out) throws InterruptedException {
    ModelStore store = data.models();
    try (TerminalProgress progress = new TerminalProgress(DEFAULT_MODEL)) {
      new Puller(store, PullCommand.HUGGING_FACE)
          .pull(Catalog.builtIn().find(DEFAULT_MODEL).orElseThrow(), progress);
    } catch (PullException e) {
      out.println("weir: " + e.getMessage());
    }
    List<ModelSource> found = all(store);
    if (!found.isEmpty()) {
      return found;
    }
    out.printf(
        "no other model is here: weir serves its own, %s, which goes on with half-written captions"
            + " of portraits%n",
        CaptionModel.NAME);
    return List.of(ModelSource.resolve(CaptionModel.NAME, store));
  }

  private static List<ModelSource> all(ModelStore store) {
    return store.names().stream().map(name -> ModelSource.resolve(name, store)).toList();
  }
}
