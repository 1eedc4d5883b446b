package dev.weir.gateway;

import dev.weir.proto.v1.ModelCard;
import dev.weir.stream.EmbeddedBroker;
import dev.weir.stream.GatewayPartitions;
import dev.weir.stream.Intake;
import dev.weir.stream.IntakeOptions;
import dev.weir.stream.KafkaModelRegistry;
import dev.weir.stream.KafkaRequestPublisher;
import dev.weir.stream.KafkaStreamReader;
import dev.weir.stream.ModelCardPublisher;
import dev.weir.stream.StreamAdmin;
import dev.weir.stream.StreamConfig;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A whole small system on a broker of its own: the model {@code echo} behind a gateway. */
public final class TestingSystem implements AutoCloseable {
  /** Says its prompt again; {@code forever} goes on until cancelled, {@code refuse} is an error. */
  public static final String MODEL = "echo";

  private final Deque<AutoCloseable> parts = new ArrayDeque<>();
  private final StreamConfig streams;
  private final StreamAdmin admin;
  private @Nullable KafkaModelRegistry registry; // of the gateway that runs
  private Gateway gateway;

  /**
   * Starts all of it and returns when the model is served.
   *
   * @param folder of the broker
   * @param slots requests that run at the same time
   */
  public TestingSystem(Path folder, int slots) throws Exception {
    EmbeddedBroker broker = add(EmbeddedBroker.start(folder));
    streams = StreamConfig.of(broker.bootstrap());
    admin = add(new StreamAdmin(streams));
    admin.ensure(List.of(MODEL));
    Intake intake =
        add(
            Intake.start(
                streams,
                IntakeOptions.of(MODEL, "testing-worker", slots, "echo-1"),
                add(new TestingEcho()),
                null));
    intake.ready().toCompletableFuture().get(60, TimeUnit.SECONDS);
    add(new ModelCardPublisher(streams, () -> card(slots)));
    gateway = startGateway();
  }

  /**
   * Serves a model that draws, too: a picture says in letters behind the signature of a PNG what it
   * is of. Returns when it is served.
   *
   * @param model its name
   */
  public void serveEasel(String model) throws Exception {
    admin.ensure(List.of(model));
    IntakeOptions options = IntakeOptions.of(model, "testing-easel", 1, "easel-1");
    Intake intake = add(Intake.start(streams, options, new TestingEasel(), null));
    intake.ready().toCompletableFuture().get(60, TimeUnit.SECONDS);
    ModelCard card =
        card(1).toBuilder()
            .setModel(model)
            .setWorker("testing-easel")
            .setKind("image")
            .setFamily("easel")
            .setChat(false)
            .build();
    add(new ModelCardPublisher(streams, () -> card));
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    KafkaModelRegistry known = Objects.requireNonNull(registry);
    while (known.cards().stream().noneMatch(one -> one.getModel().equals(model))) {
      if (System.nanoTime() > end) {
        throw new AssertionError("the gateway knows nothing of " + model + " after a minute");
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }
  }

  private static ModelCard card(int slots) {
    return ModelCard.newBuilder()
        .setModel(MODEL)
        .setWorker("testing-worker")
        .setKind("text")
        .setFamily("echo")
        .setContextLength(2048)
        .setSlots(slots)
        .setNumericsId("echo-1")
        .setReadyMs(1_700_000_000_000L)
        .setChat(true)
        .build();
  }

  private Gateway startGateway() {
    PrometheusMeterRegistry metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    parts.push(metrics::close);
    KafkaStreamReader reader = add(new KafkaStreamReader(streams, metrics));
    GatewayPartitions partitions = add(new GatewayPartitions(streams, reader::own));
    KafkaRequestPublisher publisher =
        add(new KafkaRequestPublisher(streams, partitions::owned, "/weir/gateway/test", metrics));
    KafkaModelRegistry models = add(new KafkaModelRegistry(streams, metrics));
    models.awaitLoaded();
    registry = models;
    Map<String, String> settings = new HashMap<>();
    settings.put("weir.gateway.port", "0");
    return add(
        Gateway.start(
            GatewayConfig.load(settings), publisher, reader, models, admin::answers, metrics));
  }

  /** Closes the gateway and starts another, which knows nothing of the first one's clients. */
  void restartGateway() {
    gateway.close();
    gateway = startGateway();
  }

  /** {@code http://127.0.0.1:port}. */
  public String address() {
    return gateway.address();
  }

  private <T extends AutoCloseable> T add(T part) {
    parts.push(part);
    return part;
  }

  @Override
  public void close() throws Exception {
    for (AutoCloseable part : parts) {
      part.close();
    }
  }
}
