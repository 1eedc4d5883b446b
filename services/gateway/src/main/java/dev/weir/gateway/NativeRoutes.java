package dev.weir.gateway;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weir.proto.v1.GenerationRequest;
import dev.weir.stream.Cursor;
import dev.weir.stream.RequestPublisher.Published;
import dev.weir.stream.StreamReader.Start;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Requests and streams in the product's own form. */
final class NativeRoutes {
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9._:-]{1,128}");

  private final GatewayServices services;
  private final Connections connections;

  NativeRoutes(GatewayServices services, Connections connections) {
    this.services = services;
    this.connections = connections;
  }

  /** Publishes and answers at once; the stream is read elsewhere. */
  void publish(RoutingContext ctx) {
    byte[] body = RequestBodies.of(ctx);
    ObjectNode json = services.parser().object(body);
    GenerationRequest request = services.parser().nativeRequest(json);
    WeirOptions options = WeirOptions.read(json.path(WeirOptions.FIELD), ctx.request().headers());
    services.backend().requireModelFor(request);
    CompletableFuture<List<Published>> published =
        services
            .keys()
            .once(
                ctx.request().getHeader("idempotency-key"),
                GatewayRouter.caller(ctx) + " " + ctx.request().path(),
                body,
                () ->
                    services
                        .publishing()
                        .publish(List.of(request), options.headers(services.nowMs())));
    whenDone(
        ctx,
        published,
        all -> {
          Published one = all.getFirst();
          ctx.response()
              .setStatusCode(202)
              .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
              .putHeader(HttpHeaders.LOCATION, "/v1/streams/" + one.requestId())
              .putHeader("weir-request-id", one.requestId())
              .end(
                  Json.text(out -> {
                    out.writeStartObject();
                    out.writeStringField("id", one.requestId());
                    out.writeStringField("from", one.from().toString());
                    out.writeEndObject();
                  }));
        });
  }

  /** Asks the workers to end a request; no error if it has ended already. */
  void cancel(RoutingContext ctx) {
    String id = requestId(ctx);
    whenDone(
        ctx,
        services.backend().publisher().cancel(id, "cancelled over HTTP"),
        done ->
            ctx.response()
                .setStatusCode(202)
                .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                .end(
                    Json.text(json -> {
                      json.writeStartObject();
                      json.writeStringField("id", id);
                      json.writeStringField("status", "cancelling");
                      json.writeEndObject();
                    })));
  }

  /** Follows a stream, live or from the log. */
  void stream(RoutingContext ctx) {
    String id = requestId(ctx);
    Start start = start(ctx);
    Admission.Ticket ticket =
        services.admission().follow(connections.share(ctx.request().connection()), 1);
    new StreamExchange(ctx, services, connections, id, start, ticket).start();
  }

  private static Start start(RoutingContext ctx) {
    String last = ctx.request().getHeader("last-event-id");
    if (last != null && !last.isEmpty()) {
      return new Start.After(cursor("last-event-id", last));
    }
    String after = ctx.request().getParam("after");
    if (after != null) {
      return new Start.After(cursor("after", after));
    }
    String from = ctx.request().getParam("from");
    return from == null ? new Start.Beginning() : new Start.From(cursor("from", from));
  }

  static Cursor cursor(String field, String text) {
    Cursor cursor = Cursor.parse(text);
    if (cursor == null) {
      throw ApiException.invalid(
          field, "invalid_value", field + ": must be a cursor as 3-1042 (partition-offset)");
    }
    return cursor;
  }

  private static String requestId(RoutingContext ctx) {
    String id = ctx.pathParam("id");
    if (!isRequestId(id)) {
      throw ApiException.refused(
          404,
          "request_not_found",
          "'" + Text.shortened(String.valueOf(id)) + "' is not the id of a request.");
    }
    return id;
  }

  static boolean isRequestId(@Nullable String id) {
    return id != null && ID.matcher(id).matches();
  }

  private static <T> void whenDone(RoutingContext ctx, CompletionStage<T> stage, Handler<T> then) {
    Future.fromCompletionStage(stage, Vertx.currentContext())
        .onComplete(done -> {
          if (done.succeeded()) {
            then.handle(done.result());
          } else {
            ctx.fail(Publishing.asApiException(done.cause()));
          }
        });
  }
}
