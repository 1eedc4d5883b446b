package dev.weir.gateway;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** One event loop's share of the server. */
final class GatewayVerticle extends VerticleBase {
  private final GatewayServices services;
  private final Access access;
  private final OperationRoutes operation;
  private final WebPage page;
  private final AtomicInteger open;
  private final AtomicInteger port;
  private @Nullable Connections connections;
  private @Nullable HttpServer server;

  /**
   * @param open connections of all event loops
   * @param port set to the port listened on
   */
  GatewayVerticle(
      GatewayServices services,
      Access access,
      OperationRoutes operation,
      WebPage page,
      AtomicInteger open,
      AtomicInteger port) {
    this.services = services;
    this.access = access;
    this.operation = operation;
    this.page = page;
    this.open = open;
    this.port = port;
  }

  @Override
  public Future<?> start() {
    GatewayConfig config = services.config();
    Connections own = new Connections(vertx, open, config);
    connections = own;
    return vertx
        // A negative port is Vert.x's for a free one that several event loops share.
        .createHttpServer(options(config).setPort(config.port() == 0 ? -1 : config.port()))
        .connectionHandler(own::onOpen)
        .invalidRequestHandler(ApiErrors::onInvalid)
        .requestHandler(GatewayRouter.create(vertx, services, access, own, operation, page))
        .listen()
        .onSuccess((HttpServer listening) -> {
          server = listening;
          port.set(listening.actualPort());
        });
  }

  /**
   * Takes no more connections, sends readers of streams to other gateways, and ends when all other
   * answers have ended, or after the limit.
   */
  Future<Void> drain(long limitMs) {
    return Future.future(drained ->
        context.runOnContext(go -> {
          Objects.requireNonNull(connections).drain();
          Objects.requireNonNull(server)
              .shutdown(limitMs, TimeUnit.MILLISECONDS)
              .onComplete(drained);
        }));
  }

  /** How many connections are open without a request. */
  Future<Integer> idle() {
    return Future.future(counted ->
        context.runOnContext(go -> counted.complete(Objects.requireNonNull(connections).idle())));
  }

  private static HttpServerOptions options(GatewayConfig config) {
    return new HttpServerOptions()
        .setHost(config.host())
        // With it, a connection is not told of before its first whole head: none could be timed.
        .setHttp2ClearTextEnabled(false)
        .setMaxHeaderSize(config.headerLimit())
        .setMaxInitialLineLength(config.requestLineLimit())
        .setHandle100ContinueAutomatically(true)
        .setMaxWebSocketFrameSize(config.ws().maxFrame())
        .setMaxWebSocketMessageSize(config.ws().maxMessage())
        .setWebSocketClosingTimeout(1)
        .setTcpKeepAlive(true)
        .setReuseAddress(true);
  }
}
