package dev.weir.gateway;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import java.util.concurrent.atomic.AtomicInteger;

/** One event loop's share of the server. */
final class GatewayVerticle extends VerticleBase {
  private final GatewayServices services;
  private final Access access;
  private final OperationRoutes operation;
  private final WebPage page;
  private final AtomicInteger open;
  private final AtomicInteger port;

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
    Connections connections = new Connections(vertx, open, config);
    return vertx
        // A negative port is Vert.x's for a free one that several event loops share.
        .createHttpServer(options(config).setPort(config.port() == 0 ? -1 : config.port()))
        .connectionHandler(connections::onOpen)
        .invalidRequestHandler(ApiErrors::onInvalid)
        .requestHandler(GatewayRouter.create(vertx, services, access, connections, operation, page))
        .listen()
        .onSuccess((HttpServer server) -> port.set(server.actualPort()));
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
