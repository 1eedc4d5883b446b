package dev.weir.textworker;

import dev.weir.engine.ModelLimits;
import dev.weir.proto.v1.ModelCard;
import dev.weir.stream.Intake;
import dev.weir.stream.IntakeOptions;
import dev.weir.stream.ModelCardPublisher;
import dev.weir.stream.StreamAdmin;
import dev.weir.stream.StreamConfig;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Serves one text model: takes its requests from Kafka and writes their streams. */
public final class TextWorker implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TextWorker.class);

  private final TextModel model;
  private final String worker;
  private final int slots;
  private final long readyMs = System.currentTimeMillis();
  // one for each name that is served
  private final List<Intake> intakes = new ArrayList<>();
  private final List<ModelCardPublisher> cards = new ArrayList<>();
  private boolean closed;
  private boolean left;

  private TextWorker(
      TextModel model, TextWorkerConfig config, StreamConfig streams, MeterRegistry registry) {
    this.model = model;
    ModelLimits limits = model.engine().limits();
    worker = config.worker().orElseGet(TextWorker::hostAndProcess);
    slots = limits.slots();
    try {
      model.served().forEach(served -> take(served, config, streams, registry));
      for (int i = 0; i < intakes.size(); i++) {
        awaitReady(intakes.get(i), model.served().get(i).name(), config.joinTimeout());
      }
      for (TextModel.Served served : model.served()) {
        cards.add(new ModelCardPublisher(streams, () -> card(served)));
      }
    } catch (RuntimeException e) {
      leave();
      throw e;
    }
  }

  private void take(
      TextModel.Served served,
      TextWorkerConfig config,
      StreamConfig streams,
      MeterRegistry registry) {
    intakes.add(
        Intake.start(
            streams,
            new IntakeOptions(
                served.name(),
                worker,
                slots,
                intake(config, slots),
                served.numericsId(),
                config.closeLimit(),
                config.holdLimit()),
            served.generator(),
            registry));
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
    return config.intake() == 0 ? slots + IntakeOptions.LOOK_AHEAD : config.intake();
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

  /** An engine that has stopped must not take requests away from workers that live. */
  private void leaveWhenTheEngineFails() {
    failure()
        .thenAccept(cause -> {
          LOG.error("the engine of model {} has stopped: no more requests", model.name(), cause);
          // not on the engine's thread, which ends after this
          Thread.ofPlatform().name("weir-worker-leaving").start(this::leave);
        });
  }

  /** Names that are served: the model's, then those of its adapters. */
  public List<String> models() {
    return model.served().stream().map(TextModel.Served::name).toList();
  }

  /** Name of the model that is served. */
  public String model() {
    return model.name();
  }

  /** Name of this worker. */
  public String worker() {
    return worker;
  }

  /** Whether the model is warm and requests are taken: true until the engine fails or a close. */
  public synchronized boolean ready() {
    return !left && model.engine().alive();
  }

  /** Completes with the cause if the engine ever stops by a fatal error; closing does not count. */
  public CompletionStage<Throwable> failure() {
    return model.engine().failure();
  }

  /** What is served now under the model's own name. */
  public ModelCard card() {
    return card(model.served().getFirst());
  }

  /** Slots are shared by all names, so that each card tells what runs and waits under all. */
  private ModelCard card(TextModel.Served served) {
    ModelLimits limits = model.engine().limits();
    TextModel.Description description = model.description();
    return ModelCard.newBuilder()
        .setModel(served.name())
        .setWorker(worker)
        .setKind("text")
        .setFamily(description.family())
        .setContextLength(limits.contextLength())
        .setVocabulary(limits.vocabulary())
        .setSlots(slots)
        .setRunning(intakes.stream().mapToInt(Intake::running).sum())
        .setWaiting(intakes.stream().mapToInt(Intake::waiting).sum())
        .setPrecision(description.precision())
        .setBackend(description.backend())
        .setNumericsId(served.numericsId())
        .setReadyMs(readyMs)
        .setVersion(version())
        .setChat(description.chat())
        .build();
  }

  private static String version() {
    @Nullable String version = TextWorker.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }

  private static String hostAndProcess() {
    long process = ProcessHandle.current().pid();
    try {
      return InetAddress.getLocalHost().getHostName() + "-" + process;
    } catch (UnknownHostException e) { // a machine without a name of its own
      return "worker-" + process;
    }
  }

  /** Takes no more requests: the cards go first, then those under way end or are handed over. */
  private void leave() {
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

  /**
   * Ends in order: takes nothing more, lets what runs go on for a moment, hands the rest over to
   * other workers, and frees the model.
   */
  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
    }
    leave();
    model.close();
  }
}
