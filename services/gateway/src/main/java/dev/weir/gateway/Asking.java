package dev.weir.gateway;

import dev.weir.proto.v1.GenerationRequest;
import dev.weir.stream.RequestPublisher.Published;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Publishes what calls ask for, within the limits of their callers, and begins their answers. */
final class Asking {
  private final GatewayServices services;
  private final Connections connections;

  Asking(GatewayServices services, Connections connections) {
    this.services = services;
    this.connections = connections;
  }

  /**
   * @param identity bytes that are the same when a call is made again
   * @param keepsText what comes of the answers is kept to their end
   * @throws ApiException if the caller waits for too much already, or its key means another call
   */
  void ask(
      RoutingContext ctx,
      byte[] identity,
      List<GenerationRequest> requests,
      WeirOptions options,
      boolean keepsText,
      AnswerExchange.Replies replies) {
    String key = ctx.request().getHeader("idempotency-key");
    Admission.Ticket ticket =
        services
            .admission()
            .ask(
                connections.share(ctx.request().connection()),
                GatewayRouter.caller(ctx),
                requests.size());
    CompletableFuture<List<Published>> published;
    try {
      published =
          services
              .keys()
              .once(
                  key,
                  GatewayRouter.caller(ctx) + " " + ctx.request().path(),
                  identity,
                  () -> services.publishing().publish(requests, options.headers(services.nowMs())));
    } catch (RuntimeException e) {
      ticket.leave();
      throw e;
    }
    // Who sends a key means to come back when the connection breaks.
    boolean detached = options.detach() || key != null;
    new AnswerExchange(ctx, services, requests.size(), keepsText, ticket, detached)
        .start(replies, published);
  }
}
