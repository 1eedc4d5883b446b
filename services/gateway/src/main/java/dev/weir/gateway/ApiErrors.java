package dev.weir.gateway;

import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers every failure with an error body of the OpenAI API. */
final class ApiErrors {
  private static final Logger LOG = LoggerFactory.getLogger(ApiErrors.class);

  private ApiErrors() {}

  /** The failure handler of all routes. */
  static void onFailure(RoutingContext ctx) {
    ApiException failure;
    if (ctx.request().authority() == null) { // Vert.x's own refusal: RFC 9112, section 3.2
      failure =
          ApiException.refused(
              400, "invalid_host", "Send one Host header with the name of this host.");
    } else if (!String.valueOf(ctx.request().path()).startsWith("/")) { // so is this
      failure = ApiException.refused(400, "invalid_path", "The address must begin with a slash.");
    } else if (ctx.failure() != null) {
      failure = ApiException.of(ctx.failure());
    } else {
      failure =
          ApiException.refused(ctx.statusCode(), "http_" + ctx.statusCode(), "The request failed.");
    }
    if (failure.status() >= 500) {
      log(ctx, failure);
    }
    send(ctx.response(), failure);
  }

  /** What no route could be looked for: its percent-encoding is broken (RFC 3986, section 2.1). */
  static void onInvalidPath(RoutingContext ctx) {
    if (ctx.statusCode() > 0 || ctx.failure() != null) {
      onFailure(ctx);
      return;
    }
    send(
        ctx.response(),
        ApiException.refused(
            400, "invalid_path", "The address cannot be decoded: write a percent sign as %25."));
  }

  private static void log(RoutingContext ctx, ApiException failure) {
    Throwable cause = failure.getCause();
    String what = ctx.request().method() + " " + ctx.request().path();
    if (failure.status() == 500 && cause != null) {
      LOG.error(
          "{} failed: {}", what, failure.text(), cause); // a fault: where it was thrown counts
    } else {
      LOG.warn("{} failed: {}{}", what, failure.text(), cause == null ? "" : " Cause: " + cause);
    }
  }

  static void onNotFound(RoutingContext ctx) {
    send(
        ctx.response(),
        ApiException.refused(
            404,
            "route_not_found",
            "There is nothing at "
                + Text.shortened(String.valueOf(ctx.request().path()))
                + "; /openapi.yaml lists what there is."));
  }

  /**
   * @param allowed methods of the path
   */
  static void onWrongMethod(RoutingContext ctx, Set<String> allowed) {
    String methods = String.join(", ", new TreeSet<>(allowed));
    ctx.response().putHeader(HttpHeaders.ALLOW, methods);
    send(
        ctx.response(),
        ApiException.refused(
            405,
            "method_not_allowed",
            Text.shortened(ctx.request().method().name())
                + " is not possible here; use "
                + methods
                + "."));
  }

  /** A request that could not be read as HTTP. */
  static void onInvalid(HttpServerRequest request) {
    Throwable cause = request.decoderResult().cause();
    ApiException failure =
        switch (cause) {
          case TooLongHttpHeaderException e ->
              ApiException.refused(
                  431,
                  "headers_too_large",
                  "The headers are too long (weir.gateway.header-limit).");
          case TooLongHttpLineException e ->
              ApiException.refused(
                  414,
                  "uri_too_long",
                  "The address is too long (weir.gateway.request-line-limit).");
          case null, default ->
              ApiException.refused(400, "invalid_http", "This is not an HTTP request.");
        };
    request.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
    send(request.response(), failure);
    request.connection().close();
  }

  static void send(HttpServerResponse response, ApiException failure) {
    if (response.ended() || response.closed()) {
      return;
    }
    if (response.headWritten()) {
      response.reset(); // the body cannot be taken back: a broken end is what remains to say
      return;
    }
    response.setStatusCode(failure.status());
    if (failure.retryAfterMs() > 0) {
      long seconds = Math.max(1, (failure.retryAfterMs() + 999) / 1000);
      response.putHeader(HttpHeaders.RETRY_AFTER, Long.toString(seconds));
      response.putHeader("retry-after-ms", Long.toString(failure.retryAfterMs()));
    }
    if (failure.status() == 401) {
      response.putHeader("www-authenticate", "Bearer");
    }
    response.putHeader(HttpHeaders.CONTENT_TYPE, "application/json").end(failure.body());
  }
}
