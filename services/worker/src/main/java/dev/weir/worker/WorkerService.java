package dev.weir.worker;

import dev.weir.stream.StreamAdmin;
import dev.weir.stream.StreamConfig;
import dev.weir.worker.WorkerVerticle.WorkerState;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.net.BindException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A worker as a process of its own: with health and metrics over HTTP, from before it is ready.
 *
 * @param <W> the kind of worker
 */
public final class WorkerService<W extends Worker> implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WorkerService.class);
  private static final long LISTEN_LIMIT_MS = 30_000;
  private static final long CLOSE_LIMIT_MS = 3_000;

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final JvmGcMetrics gcMetrics = new JvmGcMetrics();
  private final StreamAdmin admin;
  private final Vertx vertx;
  private final String host;
  private final int port;
  private volatile @Nullable W worker;
  private volatile boolean closing;

  /**
   * Where health and metrics are.
   *
   * @param port 0: any free one
   * @param setting that chooses the port, for an error that says so
   */
  public record Listen(String host, int port, String setting) {}

  private WorkerService(Listen listen, StreamConfig streams) {
    admin = new StreamAdmin(streams);
    vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    host = listen.host();
    bindJvm();
    CompletableFuture<Integer> listening = new CompletableFuture<>();
    try {
      vertx
          .deployVerticle(
              new WorkerVerticle(
                  listen.host(), listen.port(), this::state, admin::answers, registry, listening))
          .toCompletionStage()
          .toCompletableFuture()
          .get(LISTEN_LIMIT_MS, TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      close();
      throw new IllegalStateException(cannotListen(listen, e), e);
    } catch (InterruptedException e) {
      close();
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the worker started", e);
    }
    port = listening.join();
  }

  /**
   * Starts, and returns when requests are taken.
   *
   * @param startWorker is given the registry for its metrics
   * @throws IllegalStateException if the address cannot be listened on
   * @throws RuntimeException as what starts the worker
   */
  public static <W extends Worker> WorkerService<W> start(
      Listen listen, StreamConfig streams, Function<PrometheusMeterRegistry, W> startWorker) {
    WorkerService<W> service = new WorkerService<>(listen, streams);
    try {
      W worker = startWorker.apply(service.registry);
      service.worker = worker;
      LOG.info(
          "worker {} serves {}; health on {}",
          worker.worker(),
          String.join(", ", worker.models()),
          service.address());
      return service;
    } catch (RuntimeException e) {
      service.close();
      throw e;
    }
  }

  private void bindJvm() {
    new JvmMemoryMetrics().bindTo(registry);
    gcMetrics.bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ClassLoaderMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
  }

  private static String cannotListen(Listen listen, Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof BindException) {
        return "the worker cannot listen on %s:%d: %s; choose another port with %s"
            .formatted(listen.host(), listen.port(), cause.getMessage(), listen.setting());
      }
    }
    return "the worker did not start: " + failure.getMessage();
  }

  private WorkerState state() {
    W started = worker;
    if (closing) {
      return WorkerState.CLOSING;
    }
    if (started == null) {
      return WorkerState.LOADING;
    }
    return started.ready() ? WorkerState.UP : WorkerState.FAILED;
  }

  /** Where health and metrics are, such as {@code http://127.0.0.1:8081}. */
  public String address() {
    return "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }

  /** The worker. */
  public W worker() {
    W started = worker;
    if (started == null) {
      throw new IllegalStateException("the worker is not started");
    }
    return started;
  }

  /** Completes with the cause if an engine ever stops by a fatal error: the process should end. */
  public CompletionStage<Throwable> failure() {
    return worker().failure();
  }

  /** Ends in order; see {@link Worker#close}. */
  @Override
  public void close() {
    closing = true;
    W started = worker;
    if (started != null) {
      started.close();
    }
    try {
      vertx
          .close()
          .toCompletionStage()
          .toCompletableFuture()
          .get(CLOSE_LIMIT_MS, TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      LOG.warn("the health endpoints did not close in order", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    admin.close();
    gcMetrics.close();
    registry.close();
  }
}
