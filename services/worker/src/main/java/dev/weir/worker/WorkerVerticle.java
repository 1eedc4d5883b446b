package dev.weir.worker;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Health and metrics of a worker over HTTP: {@code /health/live}, {@code /health/ready} and {@code
 * /metrics}.
 */
final class WorkerVerticle extends VerticleBase {
  /** Prometheus's text format. */
  private static final String METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private final String host;
  private final int listenPort;
  private final Supplier<WorkerState> state;
  private final BooleanSupplier kafkaAnswers;
  private final PrometheusMeterRegistry registry;
  private final CompletableFuture<Integer> port;

  /**
   * @param listenPort 0: any free one
   * @param state asked for each call, on an event loop; must not block
   * @param kafkaAnswers asked by worker threads; may block for seconds
   * @param port completed with the port listened on
   */
  WorkerVerticle(
      String host,
      int listenPort,
      Supplier<WorkerState> state,
      BooleanSupplier kafkaAnswers,
      PrometheusMeterRegistry registry,
      CompletableFuture<Integer> port) {
    this.host = host;
    this.listenPort = listenPort;
    this.state = state;
    this.kafkaAnswers = kafkaAnswers;
    this.registry = registry;
    this.port = port;
  }

  /** What a worker can be; loading ends in up or in the end of the process. */
  enum WorkerState {
    LOADING("the model is loading"),
    UP("up"),
    FAILED("the engine has stopped"),
    CLOSING("closing");

    private final String text;

    WorkerState(String text) {
      this.text = text;
    }
  }

  @Override
  public Future<?> start() {
    Router router = Router.router(vertx);
    router.get("/health/live").handler(this::live);
    router.get("/health/ready").handler(this::ready);
    router.get("/metrics").handler(this::metrics);
    return vertx
        .createHttpServer(new HttpServerOptions().setHost(host).setPort(listenPort))
        .requestHandler(router)
        .listen()
        .onSuccess((HttpServer server) -> port.complete(server.actualPort()));
  }

  /** Not live: only a new process helps. */
  private void live(RoutingContext context) {
    WorkerState now = state.get();
    answer(context, now != WorkerState.FAILED, now.text);
  }

  private void ready(RoutingContext context) {
    WorkerState now = state.get();
    if (now != WorkerState.UP) {
      answer(context, false, now.text);
      return;
    }
    vertx
        .executeBlocking(kafkaAnswers::getAsBoolean, false)
        .onSuccess(up -> answer(context, up, up ? now.text : "kafka does not answer"))
        .onFailure(context::fail);
  }

  private void metrics(RoutingContext context) {
    vertx
        .executeBlocking(() -> registry.scrape(), false)
        .onSuccess(
            text -> context.response().putHeader(HttpHeaders.CONTENT_TYPE, METRICS_TYPE).end(text))
        .onFailure(context::fail);
  }

  private static void answer(RoutingContext context, boolean good, String status) {
    context
        .response()
        .setStatusCode(good ? 200 : 503)
        .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
        .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
        .end("{\"status\":\"" + status + "\"}");
  }
}
