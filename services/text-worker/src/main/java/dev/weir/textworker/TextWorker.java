package dev.weir.textworker;

import dev.weir.engine.ModelLimits;
import dev.weir.proto.v1.ModelCard;
import dev.weir.stream.StreamAdmin;
import dev.weir.stream.StreamConfig;
import dev.weir.worker.RequestIntake;
import dev.weir.worker.Served;
import dev.weir.worker.Worker;
import dev.weir.worker.WorkerOptions;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Serves one text model: takes its requests from Kafka and writes their streams. */
public final class TextWorker implements Worker {
  private static final Logger LOG = LoggerFactory.getLogger(TextWorker.class);

  private final TextModel model;
  private final WorkerOptions options;
  // one for each name
  private final List<Served> served;
  private final RequestIntake intake;
  private boolean closed;

  private TextWorker(
      TextModel model, TextWorkerConfig config, StreamConfig streams, MeterRegistry registry) {
    this.model = model;
    options = config.options();
    int slots = model.engine().limits().slots();
    served =
        model.served().stream()
            .map(one ->
                new Served(
                    one.name(),
                    one.numericsId(),
                    one.generator(),
                    slots,
                    intake(config, slots),
                    card(model)))
            .toList();
    intake = RequestIntake.start(served, options, streams, registry);
  }

  /**
   * Loads and warms up the model, makes sure of its topics, and returns when requests are taken.
   *
   * @param registry takes the metrics of engine and Kafka clients
   * @throws dev.weir.stream.StreamUnavailableException if Kafka does not answer
   * @throws dev.weir.stream.StreamSetupException if its topics are there, but wrong
   * @throws dev.weir.text.CheckpointException if the model cannot be used
   * @throws IllegalArgumentException if the configuration asks for what the machine does not have
   * @throws IllegalStateException if the model or Kafka's group does not get ready in time
   */
  public static TextWorker start(
      TextWorkerConfig config, StreamConfig streams, MeterRegistry registry) {
    return start(
        config,
        streams,
        registry,
        () -> TextModel.load(config, streams.defaultDeadline(), registry));
  }

  /** The same with a model that is being loaded already; its configuration is the worker's. */
  public static TextWorker start(
      ModelLoader.Loading loading, StreamConfig streams, MeterRegistry registry) {
    return start(loading.config(), streams, registry, loading::take);
  }

  /** With any model, which is loaded only if Kafka answers. */
  static TextWorker start(
      TextWorkerConfig config,
      StreamConfig streams,
      MeterRegistry registry,
      Supplier<TextModel> load) {
    try (StreamAdmin admin = new StreamAdmin(streams)) {
      admin.ensure(List.of()); // a broker that is down is told before a model is loaded
      TextModel model = load.get();
      try {
        admin.ensure(model.served().stream().map(TextModel.Served::name).toList());
        TextWorker worker = new TextWorker(model, config, streams, registry);
        worker.leaveWhenTheEngineFails();
        return worker;
      } catch (RuntimeException e) {
        model.close();
        throw e;
      }
    }
  }

  /** How many requests a worker takes in all under one name. */
  static int intake(TextWorkerConfig config, int slots) {
    return RequestIntake.size(config.intake(), slots);
  }

  /** An engine that has stopped must not take requests away from workers that live. */
  private void leaveWhenTheEngineFails() {
    failure()
        .thenAccept(cause -> {
          LOG.error("the engine of model {} has stopped: no more requests", model.name(), cause);
          // not on the engine's thread, which ends after this
          Thread.ofPlatform().name("weir-worker-leaving").start(intake::close);
        });
  }

  @Override
  public List<String> models() {
    return served.stream().map(Served::name).toList();
  }

  /** Name of the model that is served. */
  public String model() {
    return model.name();
  }

  @Override
  public String worker() {
    return options.worker();
  }

  @Override
  public boolean ready() {
    return intake.open() && model.engine().alive();
  }

  @Override
  public CompletionStage<Throwable> failure() {
    return model.engine().failure();
  }

  /** What is served now under the model's own name. */
  public ModelCard card() {
    return intake.card(served.getFirst());
  }

  private static ModelCard card(TextModel model) {
    ModelLimits limits = model.engine().limits();
    TextModel.Description description = model.description();
    return ModelCard.newBuilder()
        .setKind("text")
        .setFamily(description.family())
        .setContextLength(limits.contextLength())
        .setVocabulary(limits.vocabulary())
        .setPrecision(description.precision())
        .setBackend(description.backend())
        .setChat(description.chat())
        .build();
  }

  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
    }
    intake.close();
    model.close();
  }
}
