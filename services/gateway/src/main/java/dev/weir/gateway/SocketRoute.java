package dev.weir.gateway;

import com.fasterxml.jackson.databind.node.MissingNode;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;

/** {@code GET /v1/ws}: turns a request into a socket. */
final class SocketRoute {
  static final String PATH = "/v1/ws";

  private final GatewayServices services;
  private final Access access;
  private final Connections connections;

  SocketRoute(GatewayServices services, Access access, Connections connections) {
    this.services = services;
    this.access = access;
    this.connections = connections;
  }

  void open(RoutingContext ctx) {
    HttpServerRequest request = ctx.request();
    if (!"websocket".equalsIgnoreCase(request.getHeader(HttpHeaders.UPGRADE))) {
      ctx.response().putHeader(HttpHeaders.UPGRADE, "websocket");
      ctx.fail(
          ApiException.refused(426, "upgrade_required", "Connect with a WebSocket (RFC 6455)."));
      return;
    }
    Context context = Vertx.currentContext();
    WeirOptions options = WeirOptions.read(MissingNode.getInstance(), request.headers());
    Admission.Share share = connections.share(request.connection());
    request
        .toWebSocket()
        .onSuccess(socket -> {
          connections.onUpgrade(request.connection());
          new SocketSession(
                  ctx.vertx(),
                  context,
                  socket,
                  request.connection(),
                  connections,
                  services,
                  access,
                  options,
                  share)
              .open(Access.key(request));
        })
        .onFailure(failure ->
            ctx.fail(
                ApiException.refused(
                    400, "invalid_handshake", "The WebSocket handshake is not right.")));
  }
}
