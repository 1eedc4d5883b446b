package dev.weir.gateway;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.util.function.BooleanSupplier;

/** Health and metrics. What may take a while runs on a worker thread. */
final class OperationRoutes {
  private final BooleanSupplier kafkaAnswers;
  private final PrometheusMeterRegistry registry;
  private final GatewayServices services;

  OperationRoutes(
      BooleanSupplier kafkaAnswers, PrometheusMeterRegistry registry, GatewayServices services) {
    this.kafkaAnswers = kafkaAnswers;
    this.registry = registry;
    this.services = services;
  }

  void live(RoutingContext ctx) {
    status(ctx, 200, "up");
  }

  void ready(RoutingContext ctx) {
    if (services.draining()) {
      status(ctx, 503, "closing");
      return;
    }
    ctx.vertx()
        .executeBlocking(kafkaAnswers::getAsBoolean, false)
        .onSuccess(up -> status(ctx, up ? 200 : 503, up ? "up" : "kafka does not answer"))
        .onFailure(ctx::fail);
  }

  void metrics(RoutingContext ctx) {
    ctx.vertx()
        .executeBlocking(registry::scrape, false)
        .onSuccess(text ->
            ctx.response()
                .putHeader(HttpHeaders.CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")
                .end(text))
        .onFailure(ctx::fail);
  }

  private static void status(RoutingContext ctx, int code, String status) {
    ctx.response()
        .setStatusCode(code)
        .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
        .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
        .end(
            Json.text(json -> {
              json.writeStartObject();
              json.writeStringField("status", status);
              json.writeEndObject();
            }));
  }
}
