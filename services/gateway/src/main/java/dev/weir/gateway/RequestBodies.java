package dev.weir.gateway;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Reads bodies: within a limit, within a time, and only when they are declared as JSON, or as a
 * form where a route takes forms. A browser asks before it sends JSON across sites; a form it just
 * sends, with the {@code Origin} that {@link Access#requireOrigin} refuses.
 */
final class RequestBodies {
  private static final String BODY = "weir.body";

  private final int limit;
  private final long timeoutMs;
  private final GatewayMetrics metrics;

  RequestBodies(GatewayConfig config, GatewayMetrics metrics) {
    this.limit = config.bodyLimit();
    this.timeoutMs = config.requestTimeout().toMillis();
    this.metrics = metrics;
  }

  /** The body that {@link #read} has read. */
  static byte[] of(RoutingContext ctx) {
    byte[] body = ctx.get(BODY);
    if (body == null) {
      throw new IllegalStateException("this route reads no body");
    }
    return body;
  }

  /** A handler: the next one finds the body by {@link #of}. */
  void read(RoutingContext ctx) {
    read(ctx, false);
  }

  /** The same where the body may also be {@code multipart/form-data}. */
  void readForm(RoutingContext ctx) {
    read(ctx, true);
  }

  /** Of the header {@code content-type}, without its parameters; empty if there is none. */
  static String mediaType(HttpServerRequest request) {
    String type = request.getHeader(HttpHeaders.CONTENT_TYPE);
    return type == null ? "" : type.split(";", 2)[0].trim().toLowerCase(Locale.ROOT);
  }

  private void read(RoutingContext ctx, boolean forms) {
    HttpServerRequest request = ctx.request();
    ApiException refusal = refusal(request, forms);
    if (refusal != null) {
      discard(ctx, timeoutMs);
      ctx.fail(refusal);
      return;
    }
    Buffer body = Buffer.buffer();
    long timer =
        ctx.vertx()
            .setTimer(
                timeoutMs,
                fired -> {
                  discard(ctx, timeoutMs);
                  ctx.fail(
                      ApiException.refused(
                          408,
                          "request_timeout",
                          "The body did not come within " + timeoutMs + " ms."));
                });
    request
        .handler(part -> {
          if (body.length() + part.length() > limit) {
            ctx.vertx().cancelTimer(timer);
            discard(ctx, timeoutMs);
            ctx.fail(tooLarge());
          } else {
            body.appendBuffer(part);
          }
        })
        .endHandler(end -> {
          ctx.vertx().cancelTimer(timer);
          metrics.bytesIn(body.length());
          ctx.put(BODY, body.getBytes());
          ctx.next();
        })
        .exceptionHandler(gone -> ctx.vertx().cancelTimer(timer));
  }

  private @Nullable ApiException refusal(HttpServerRequest request, boolean forms) {
    String media = mediaType(request);
    if (!media.equals("application/json") && !(forms && media.equals(MultipartForm.MEDIA_TYPE))) {
      return ApiException.refused(
          415,
          "unsupported_media_type",
          "The body must be JSON: send the header content-type: application/json"
              + (forms ? " (or a form: " + MultipartForm.MEDIA_TYPE + ")" : "")
              + (media.isEmpty() ? "." : ", not " + Text.shortened(media) + "."));
    }
    String encoding = request.getHeader(HttpHeaders.CONTENT_ENCODING);
    if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
      return ApiException.refused(
          415, "unsupported_content_encoding", "The body must not be compressed.");
    }
    String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    // A length beyond nine digits is beyond any limit; Netty has checked that these are digits.
    if (length != null && (length.length() > 9 || Long.parseLong(length) > limit)) {
      return tooLarge();
    }
    return null;
  }

  private ApiException tooLarge() {
    return ApiException.refused(
        413,
        "request_too_large",
        "The body has more than " + limit + " bytes; shorten it (weir.gateway.body-limit).");
  }

  /**
   * Lets the rest of a body go by, so that the client reads the answer before the connection goes:
   * closed at once, its own unread bytes would reset it.
   */
  private static void discard(RoutingContext ctx, long timeoutMs) {
    HttpServerRequest request = ctx.request();
    request.handler(part -> {}).exceptionHandler(gone -> {});
    ctx.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
    long timer = ctx.vertx().setTimer(timeoutMs, fired -> request.connection().close());
    request.endHandler(end -> {
      ctx.vertx().cancelTimer(timer);
      request.connection().close();
    });
  }
}
