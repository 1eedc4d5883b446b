package dev.weir.gateway;

import io.netty.handler.codec.http.HttpResponseStatus;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;

/** All routes of one event loop, and what happens before and after each. */
final class GatewayRouter {
  private static final String ROUTE = "weir.route";
  private static final String CALLER = "weir.caller";
  // Whoever closed before the answer; the number is nginx's.
  private static final int CLIENT_GONE = 499;

  private final Router router;
  private final GatewayServices services;
  private final Access access;
  private final Connections connections;
  private final Map<String, Set<String>> methodsByPath = new LinkedHashMap<>();

  private GatewayRouter(
      Vertx vertx, GatewayServices services, Access access, Connections connections) {
    this.router = Router.router(vertx);
    this.services = services;
    this.access = access;
    this.connections = connections;
  }

  /** The routes; {@code proto/openapi.yaml} describes the same set. */
  static Router create(
      Vertx vertx,
      GatewayServices services,
      Access access,
      Connections connections,
      OperationRoutes operation,
      WebPage page) {
    GatewayRouter routes = new GatewayRouter(vertx, services, access, connections);
    RequestBodies bodies = new RequestBodies(services.config(), services.metrics());
    Asking asking = new Asking(services, connections);
    OpenAiRoutes openAi = new OpenAiRoutes(services, asking);
    ImageRoutes images = new ImageRoutes(services, asking);
    NativeRoutes natives = new NativeRoutes(services, connections);
    SocketRoute sockets = new SocketRoute(services, access, connections);

    routes.router.route().handler(routes::begin).failureHandler(ApiErrors::onFailure);
    routes.router.route("/v1/*").handler(routes::guard);
    routes.post("/v1/chat/completions", bodies::read, openAi::chat);
    routes.post("/v1/completions", bodies::read, openAi::completion);
    routes.post("/v1/images/generations", bodies::read, images::generate);
    routes.post("/v1/images/variations", bodies::readForm, images::vary);
    routes.post("/v1/images/interpolations", bodies::readForm, images::interpolate);
    routes.get("/v1/models", openAi::models);
    routes.get("/v1/models/:model", openAi::model);
    routes.post("/v1/requests", bodies::read, natives::publish);
    routes.on(HttpMethod.DELETE, "/v1/requests/:id", natives::cancel);
    routes.get("/v1/streams/:id", natives::stream);
    routes.get(SocketRoute.PATH, sockets::open);
    routes.get("/health/live", operation::live);
    routes.get("/health/ready", operation::ready);
    routes.get("/metrics", operation::metrics);
    for (String path : page.paths()) {
      routes.get(path, page::serve);
      routes.on(HttpMethod.HEAD, path, page::serve);
    }
    routes.router.errorHandler(404, ApiErrors::onNotFound);
    routes.router.errorHandler(405, ctx -> ApiErrors.onWrongMethod(ctx, routes.methodsOf(ctx)));
    routes.router.errorHandler(400, ApiErrors::onInvalidPath);
    routes.router.errorHandler(500, ApiErrors::onFailure);
    return routes.router;
  }

  /** The caller's key as a digest; empty where none is needed. */
  static String caller(RoutingContext ctx) {
    String caller = ctx.get(CALLER);
    return caller == null ? "" : caller;
  }

  private void begin(RoutingContext ctx) {
    connections.onRequest(ctx);
    HttpServerResponse response = ctx.response();
    response.putHeader("x-request-id", UUID.randomUUID().toString());
    response.putHeader("x-content-type-options", "nosniff");
    if (services.draining()) {
      response.putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
      ctx.addEndHandler(end -> {
        if (response.getStatusCode() != HttpResponseStatus.SWITCHING_PROTOCOLS.code()) {
          ctx.request().connection().close(); // Vert.x does not do what its header says
        }
      });
    }
    long started = System.nanoTime();
    ctx.addEndHandler(end -> {
      String route = ctx.get(ROUTE);
      services
          .metrics()
          .answered(
              route == null ? "none" : route,
              route == null ? "any" : ctx.request().method().name(),
              end.failed() && !response.ended() ? CLIENT_GONE : response.getStatusCode(),
              System.nanoTime() - started);
    });
    access.requireOrigin(ctx.request());
    ctx.next();
  }

  private void guard(RoutingContext ctx) {
    String origin = ctx.request().getHeader(HttpHeaders.ORIGIN);
    if (origin != null && access.isAllowed(origin)) {
      allowOrigin(ctx.response(), origin);
      if (ctx.request().method() == HttpMethod.OPTIONS) {
        ctx.response().setStatusCode(204).end();
        return;
      }
    }
    // A browser's WebSocket cannot send the header: it shows the key in its first message.
    if (!ctx.normalizedPath().equals(SocketRoute.PATH)) {
      ctx.put(CALLER, access.requireKey(Access.key(ctx.request())));
    }
    ctx.next();
  }

  /** Cross-origin resource sharing (Fetch standard, section 3.2). */
  private static void allowOrigin(HttpServerResponse response, String origin) {
    response
        .putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN, origin)
        .putHeader(HttpHeaders.VARY, "origin")
        .putHeader(
            HttpHeaders.ACCESS_CONTROL_ALLOW_HEADERS,
            "authorization, content-type, idempotency-key, last-event-id, weir-detach")
        .putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, DELETE")
        .putHeader(
            HttpHeaders.ACCESS_CONTROL_EXPOSE_HEADERS,
            "x-request-id, weir-request-id, retry-after");
  }

  private void get(String path, Handler<RoutingContext> handler) {
    on(HttpMethod.GET, path, handler);
  }

  private void post(String path, Handler<RoutingContext> body, Handler<RoutingContext> handler) {
    on(HttpMethod.POST, path, body).handler(handler);
  }

  private Route on(HttpMethod method, String path, Handler<RoutingContext> handler) {
    methodsByPath.computeIfAbsent(path, p -> new TreeSet<>()).add(method.name());
    return router
        .route(method, path)
        .handler(ctx -> {
          ctx.put(ROUTE, path);
          ctx.next();
        })
        .handler(handler);
  }

  private Set<String> methodsOf(RoutingContext ctx) {
    String path = ctx.normalizedPath();
    for (Map.Entry<String, Set<String>> route : methodsByPath.entrySet()) {
      if (path.matches(route.getKey().replaceAll(":[a-z]+", "[^/]+"))) {
        return route.getValue();
      }
    }
    return Set.of();
  }
}
