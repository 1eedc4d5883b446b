package dev.weir.gateway;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;

/** The Images API of OpenAI (generations, variations), and interpolations in its manner. */
final class ImageRoutes {
  /** A seed that is drawn here has at most nine digits: it is shown, and typed in again. */
  private static final int SEEDS = 1_000_000_000;

  private final GatewayServices services;
  private final Asking asking;

  ImageRoutes(GatewayServices services, Asking asking) {
    this.services = services;
    this.asking = asking;
  }

  void generate(RoutingContext ctx) {
    answer(ctx, ImageKind.GENERATION);
  }

  void vary(RoutingContext ctx) {
    answer(ctx, ImageKind.VARIATION);
  }

  void interpolate(RoutingContext ctx) {
    answer(ctx, ImageKind.INTERPOLATION);
  }

  private void answer(RoutingContext ctx, ImageKind kind) {
    byte[] body = RequestBodies.of(ctx);
    boolean form = RequestBodies.mediaType(ctx.request()).equals(MultipartForm.MEDIA_TYPE);
    ObjectNode json =
        form
            ? MultipartForm.read(
                body,
                ctx.request().getHeader(HttpHeaders.CONTENT_TYPE),
                kind == ImageKind.INTERPOLATION)
            : services.parser().object(body);
    // The boundary of a form is another one each time; what is in it counts.
    byte[] identity = form ? json.toString().getBytes(StandardCharsets.UTF_8) : body;
    ImageCall call =
        services.images().call(json, kind, ctx.request().headers(), seeds(ctx, identity));
    services.backend().requireModel(call.model(), ModelKind.IMAGE);
    asking.ask(
        ctx,
        identity,
        List.of(call.request()),
        call.weir(),
        false,
        (requestId, generation, onStalled) -> {
          ImageWriter writer = new ImageWriter(requestId, services.nowMs() / 1000, call);
          return call.stream()
              ? new StreamingPictures(ctx, services, writer, call, generation, onStalled)
              : new WholePictures(ctx, services, writer, call);
        });
  }

  /** A call that is made again with its key leads to the same request: it is told the same seed. */
  private static LongSupplier seeds(RoutingContext ctx, byte[] identity) {
    String key = ctx.request().getHeader("idempotency-key");
    return key == null
        ? () -> ThreadLocalRandom.current().nextInt(SEEDS)
        : () -> {
          String again = GatewayRouter.caller(ctx) + "\n" + key + "\n";
          byte[] text = (again + IdempotencyKeys.sha256(identity)).getBytes(StandardCharsets.UTF_8);
          return Long.parseLong(IdempotencyKeys.sha256(text).substring(0, 15), 16) % SEEDS;
        };
  }
}
