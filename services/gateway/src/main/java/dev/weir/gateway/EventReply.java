package dev.weir.gateway;

import io.vertx.ext.web.RoutingContext;
import org.jspecify.annotations.Nullable;

/**
 * The events of one reply. The status line waits for the first of them, so that an error can still
 * be a status; but not longer than {@link GatewayConfig#headWait}, for proxies give up on silence.
 */
final class EventReply {
  private final RoutingContext ctx;
  private final SseResponse sse;
  private final @Nullable String errorName;
  private final long headTimer;

  /**
   * @param errorName of the event that an error is; null: it has none
   */
  EventReply(
      RoutingContext ctx,
      GatewayServices services,
      Generation generation,
      @Nullable String errorName,
      Runnable onStalled) {
    this.ctx = ctx;
    this.errorName = errorName;
    this.sse =
        new SseResponse(
            ctx.vertx(),
            ctx.request(),
            services.config(),
            services.metrics(),
            generation::pause,
            generation::resume,
            onStalled);
    this.headTimer =
        ctx.vertx().setTimer(services.config().headWait().toMillis(), fired -> beginInSilence());
  }

  private void beginInSilence() {
    if (!sse.begun()) {
      sse.begin();
      sse.comment();
    }
  }

  void event(@Nullable String name, String text) {
    if (!sse.begun()) {
      sse.begin();
    }
    sse.event(name, null, text);
  }

  void end() {
    sse.end();
  }

  /** An error ends it. */
  void fail(ApiException failure) {
    if (sse.begun()) {
      sse.event(errorName, null, failure.body());
      sse.end();
    } else {
      ctx.fail(failure);
    }
  }

  /** The client took nothing for too long. */
  void giveUp(ApiException failure) {
    sse.giveUp(errorName, failure.body());
  }

  void flush() {
    sse.flush();
  }

  /** Ends the timers. */
  void stop() {
    ctx.vertx().cancelTimer(headTimer);
    sse.stop();
  }
}
