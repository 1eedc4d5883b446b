package dev.weir.gateway;

import dev.weir.proto.JsonCodec;
import dev.weir.proto.RequestValidator;
import dev.weir.stream.ModelRegistry;
import dev.weir.stream.RequestPublisher;
import dev.weir.stream.StreamReader;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.micrometer.Label;
import io.vertx.micrometer.MetricsDomain;
import io.vertx.micrometer.MicrometerMetricsFactory;
import io.vertx.micrometer.MicrometerMetricsOptions;
import java.net.BindException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way in over HTTP: the OpenAI API, streams as server-sent events and on WebSockets, the page,
 * health and metrics. It owns its sockets and nothing behind them: publisher, reader and registry
 * stay open when it closes.
 */
public final class Gateway implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);
  private static final long START_TIMEOUT_MS = 30_000;
  private static final long CLOSE_TIMEOUT_MS = 3_000;
  private static final long IDLE_LOOK_MS = 50;

  private final Vertx vertx;
  private final List<GatewayVerticle> loops;
  private final GatewayServices services;
  private final String host;
  private final int port;

  private Gateway(
      Vertx vertx, List<GatewayVerticle> loops, GatewayServices services, String host, int port) {
    this.vertx = vertx;
    this.loops = loops;
    this.services = services;
    this.host = host;
    this.port = port;
  }

  /**
   * Starts to listen; returns when connections are taken.
   *
   * @param kafkaAnswers what {@code /health/ready} says; called by a worker thread, may block
   * @param metrics also what {@code /metrics} shows
   * @throws IllegalArgumentException if the configuration cannot be right: one sentence that names
   *     the setting
   * @throws IllegalStateException if the address cannot be listened on
   */
  public static Gateway start(
      GatewayConfig config,
      RequestPublisher publisher,
      StreamReader reader,
      ModelRegistry registry,
      BooleanSupplier kafkaAnswers,
      PrometheusMeterRegistry metrics) {
    Access access = Access.of(config);
    AtomicInteger connections = new AtomicInteger();
    Admission admission = new Admission(config);
    FlowWindow window = new FlowWindow(config.streamWindow(), config.streamWindowBytes());
    GatewayServices services =
        new GatewayServices(
            config,
            new Backend(publisher, reader, registry),
            admission,
            new GatewayMetrics(metrics, admission, connections, window),
            window,
            new RequestParser(new JsonCodec(), new RequestValidator(), config.maxChoices()),
            new ImageParser(new RequestValidator()),
            Clock.systemUTC());
    OperationRoutes operation = new OperationRoutes(kafkaAnswers, metrics, services);
    WebPage page = WebPage.load();
    Vertx vertx =
        Vertx.builder()
            .with(options(config))
            .withMetrics(new MicrometerMetricsFactory(metrics))
            .build();
    AtomicInteger port = new AtomicInteger();
    List<GatewayVerticle> loops = new ArrayList<>();
    try {
      for (int i = 0; i < config.eventLoops(); i++) {
        loops.add(new GatewayVerticle(services, access, operation, page, connections, port));
        vertx
            .deployVerticle(loops.get(i))
            .toCompletionStage()
            .toCompletableFuture()
            .get(START_TIMEOUT_MS, TimeUnit.MILLISECONDS);
      }
    } catch (ExecutionException | TimeoutException e) {
      services.metrics().close();
      vertx.close();
      throw new IllegalStateException(cannotListen(config, e), e);
    } catch (InterruptedException e) {
      services.metrics().close();
      vertx.close();
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the gateway started", e);
    }
    LOG.info("gateway on http://{}:{}", config.host(), port.get());
    return new Gateway(vertx, loops, services, config.host(), port.get());
  }

  private static VertxOptions options(GatewayConfig config) {
    return new VertxOptions()
        .setEventLoopPoolSize(config.eventLoops())
        .setMetricsOptions(
            new MicrometerMetricsOptions()
                .setEnabled(true)
                // Neither addresses nor paths nor method names: strangers choose those.
                .setLabels(EnumSet.of(Label.HTTP_CODE, Label.HTTP_ROUTE))
                .addDisabledMetricsCategory(MetricsDomain.EVENT_BUS)
                .addDisabledMetricsCategory(MetricsDomain.NAMED_POOLS)
                .addDisabledMetricsCategory(MetricsDomain.DATAGRAM_SOCKET));
  }

  private static String cannotListen(GatewayConfig config, Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof BindException) {
        return "The gateway cannot listen on "
            + config.host()
            + ":"
            + config.port()
            + ": "
            + cause.getMessage()
            + ". Choose another port (--port, or weir.gateway.port).";
      }
    }
    return "The gateway did not start: " + failure.getMessage();
  }

  /** The port listened on. */
  public int port() {
    return port;
  }

  /** Where the page is: {@code http://127.0.0.1:8080}. */
  public String address() {
    return "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }

  /**
   * Says that it goes for {@link GatewayConfig#drainDelay}, and until no connection is without a
   * request or {@link GatewayConfig#drainIdle} has passed, while it takes requests still. Then it
   * takes no more connections, sends readers of streams away with a word that they go on elsewhere,
   * and returns when all other answers have ended, or after {@link GatewayConfig#drainTimeout}.
   */
  public void drain() {
    long limitMs = services.config().drainTimeout().toMillis();
    services.drain();
    try {
      Thread.sleep(services.config().drainDelay()); // for those who look whether it is ready
      long end = System.nanoTime() + services.config().drainIdle().toNanos();
      while (System.nanoTime() < end && idle() > 0) {
        Thread.sleep(IDLE_LOOK_MS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    }
    LOG.info("the gateway stops: answers under way have {} ms to end", limitMs);
    try {
      Future.join(loops.stream().map(loop -> loop.drain(limitMs)).toList())
          .toCompletionStage()
          .toCompletableFuture()
          .get(limitMs + CLOSE_TIMEOUT_MS, TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      LOG.warn("the gateway did not drain in order", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private int idle() throws InterruptedException {
    try {
      return Future.all(loops.stream().map(GatewayVerticle::idle).toList())
          .map(all -> all.<Integer>list().stream().mapToInt(Integer::intValue).sum())
          .toCompletionStage()
          .toCompletableFuture()
          .get(CLOSE_TIMEOUT_MS, TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      LOG.warn("the gateway does not know which connections are idle", e);
      return 0;
    }
  }

  /** Closes all sockets. Requests under way run on: their clients find the streams again. */
  @Override
  public void close() {
    services.close();
    try {
      vertx
          .close()
          .toCompletionStage()
          .toCompletableFuture()
          .get(CLOSE_TIMEOUT_MS, TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      LOG.warn("the gateway did not close in order", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    services.metrics().close();
  }
}
