package dev.weir.gateway;

import dev.weir.proto.JsonCodec;
import dev.weir.proto.v1.Chunk;
import dev.weir.stream.StreamChunk;
import dev.weir.stream.StreamReader.Start;
import dev.weir.stream.StreamReader.StreamFailure;
import io.vertx.core.Vertx;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * One reading of a stream as server-sent events. Leaving never cancels. The status line waits for
 * the first chunk as {@link StreamingReply} does.
 */
final class StreamExchange implements ChunkFlow.Handler {
  private static final JsonCodec CODEC = new JsonCodec();

  /** All clients of a gateway that goes come to the others: not at the same moment. */
  private static final int MIN_RETRY_MS = 100;

  private static final int MAX_RETRY_MS = 1000;

  private final RoutingContext ctx;
  private final Connections connections;
  private final long headWaitMs;
  private final long stallMs;
  private final String requestId;
  private final Admission.Ticket ticket;
  private final SseResponse sse;
  private final ChunkFlow flow;

  StreamExchange(
      RoutingContext ctx,
      GatewayServices services,
      Connections connections,
      String requestId,
      Start start,
      Admission.Ticket ticket) {
    this.ctx = ctx;
    this.connections = connections;
    this.requestId = requestId;
    this.ticket = ticket;
    this.headWaitMs = services.config().headWait().toMillis();
    this.stallMs = services.config().stallTimeout().toMillis();
    this.flow =
        new ChunkFlow(
            Vertx.currentContext(),
            services.backend().reader(),
            requestId,
            start,
            services.window(),
            this);
    this.sse =
        new SseResponse(
            ctx.vertx(),
            ctx.request(),
            services.config(),
            services.metrics(),
            flow::pause,
            flow::resume,
            this::onStalled);
  }

  void start() {
    ctx.response().putHeader("weir-request-id", requestId);
    long headTimer = ctx.vertx().setTimer(headWaitMs, fired -> beginInSilence());
    Runnable handOver = this::handOver;
    ctx.addEndHandler(end -> {
      connections.left(handOver);
      ctx.vertx().cancelTimer(headTimer);
      flow.close();
      sse.stop();
      ticket.leave();
    });
    flow.open();
    connections.follows(handOver);
  }

  /** Its client connects again, as event sources do, and goes on behind the last event. */
  private void handOver() {
    flow.close();
    if (ctx.response().ended() || ctx.response().closed()) {
      return;
    }
    beginInSilence();
    sse.retry(ThreadLocalRandom.current().nextInt(MIN_RETRY_MS, MAX_RETRY_MS));
    sse.end();
  }

  private void beginInSilence() {
    if (!sse.begun()) {
      sse.begin();
      sse.comment();
    }
  }

  @Override
  public void onChunk(StreamChunk chunk) {
    if (!sse.begun()) {
      sse.begin();
    }
    Chunk body = chunk.chunk();
    switch (body.getBodyCase()) {
      case STARTED -> event("started", null, body);
      case TOKENS -> event("tokens", chunk.cursor().toString(), body);
      case PREVIEW -> event("preview", null, body);
      case IMAGE -> event("image", chunk.cursor().toString(), body);
      case FINISHED -> {
        event("finished", null, body);
        sse.end();
      }
      case QUEUED, BODY_NOT_SET -> {}
    }
  }

  @Override
  public void onFailed(StreamFailure failure) {
    ApiException error = ApiException.of(requestId, failure);
    if (sse.begun()) {
      sse.event("error", null, error.body());
      sse.end();
    } else {
      ctx.fail(error);
    }
  }

  private void onStalled() {
    flow.close();
    ApiException error =
        ApiException.slowReader(requestId, flow.cursor(), Duration.ofMillis(stallMs));
    sse.giveUp("error", error.body());
  }

  @Override
  public void onBatchEnd() {
    sse.flush();
  }

  private void event(String name, @Nullable String id, Chunk chunk) {
    Chunk named = chunk.toBuilder().setRequestId(requestId).build();
    sse.event(name, id, new String(CODEC.encode(named), StandardCharsets.UTF_8));
  }
}
