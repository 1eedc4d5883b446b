package dev.weir.gateway;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A response of server-sent events (HTML Living Standard, section 9.2): written in batches, kept
 * alive by comments, held to the pace of its client.
 */
final class SseResponse {
  /** Events beyond these many bytes are written even if the batch goes on. */
  private static final int BATCH_BYTES = 32 * 1024;

  private static final Buffer PING = Buffer.buffer(": ping\n\n");

  private final Vertx vertx;
  private final HttpServerResponse response;
  private final HttpConnection connection;
  private final GatewayMetrics metrics;
  private final long pingMs;
  private final long stallMs;
  private final Runnable onPause;
  private final Runnable onResume;
  private final Runnable onStalled;
  private Buffer batch = Buffer.buffer();
  private boolean spoke;
  private @Nullable Long pingTimer;
  private @Nullable Long stallTimer;
  private boolean givenUp;

  /**
   * @param onPause the client takes no more for now
   * @param onResume it takes again
   * @param onStalled it took nothing for too long: {@link #giveUp} has to follow
   */
  SseResponse(
      Vertx vertx,
      HttpServerRequest request,
      GatewayConfig config,
      GatewayMetrics metrics,
      Runnable onPause,
      Runnable onResume,
      Runnable onStalled) {
    this.vertx = vertx;
    this.response = request.response();
    this.connection = request.connection();
    this.metrics = metrics;
    this.pingMs = config.pingInterval().toMillis();
    this.stallMs = config.stallTimeout().toMillis();
    this.onPause = onPause;
    this.onResume = onResume;
    this.onStalled = onStalled;
  }

  boolean begun() {
    return response.headWritten();
  }

  /** Writes the status line and headers. */
  void begin() {
    response
        .setStatusCode(200)
        .putHeader(HttpHeaders.CONTENT_TYPE, "text/event-stream; charset=utf-8")
        .putHeader(HttpHeaders.CACHE_CONTROL, "no-cache")
        .putHeader("x-accel-buffering", "no")
        .setChunked(true)
        .writeHead();
    metrics.eventStreams(1);
    // Silence then lasts between half an interval and a whole one.
    pingTimer = vertx.setPeriodic(Math.max(1, pingMs / 2), fired -> ping());
  }

  /** Adds {@code data: …} to the batch; the text has no line break. */
  void event(@Nullable String name, @Nullable String id, String text) {
    if (id != null) {
      batch.appendString("id: ").appendString(id).appendString("\n");
    }
    if (name != null) {
      batch.appendString("event: ").appendString(name).appendString("\n");
    }
    batch.appendString("data: ").appendBytes(text.getBytes(StandardCharsets.UTF_8));
    batch.appendString("\n\n");
    if (batch.length() >= BATCH_BYTES) {
      flush();
    }
  }

  /** Tells when the client is to connect again after the end of this response. */
  void retry(int delayMs) {
    batch.appendString("retry: ").appendString(Integer.toString(delayMs)).appendString("\n\n");
  }

  void flush() {
    if (batch.length() == 0 || response.closed() || response.ended()) {
      return;
    }
    write(batch);
    batch = Buffer.buffer();
  }

  /** Writes a comment, which clients pass over. */
  void comment() {
    write(PING);
  }

  private void ping() {
    // A stream that spoke since the last turn of the timer needs no comment.
    if (spoke) {
      spoke = false;
    } else if (!response.writeQueueFull()) {
      comment();
    }
  }

  void end() {
    flush();
    stop();
    if (!response.ended() && !response.closed()) {
      response.end();
    }
  }

  /**
   * Ends a response whose client takes nothing: by a last event, which it finds when it reads again
   * within the same time once more; then the connection is dropped.
   */
  void giveUp(@Nullable String name, String error) {
    if (givenUp || response.ended() || response.closed()) {
      return;
    }
    givenUp = true;
    metrics.slowReader();
    event(name, null, error);
    flush();
    stop();
    long timer = vertx.setTimer(stallMs, fired -> ConnectionEnd.drop(connection));
    response
        .end()
        .onComplete(written -> {
          vertx.cancelTimer(timer);
          connection.close();
        });
  }

  /** Ends the timers; for a client that is gone. */
  void stop() {
    Long ping = pingTimer;
    if (ping != null) {
      pingTimer = null;
      vertx.cancelTimer(ping);
      metrics.eventStreams(-1);
    }
    Long stall = stallTimer;
    if (stall != null) {
      stallTimer = null;
      vertx.cancelTimer(stall);
      metrics.stalled(-1);
    }
  }

  private void write(Buffer bytes) {
    spoke = true;
    metrics.bytesOut(bytes.length());
    response.write(bytes);
    if (response.writeQueueFull() && stallTimer == null && !givenUp) {
      onPause.run();
      metrics.stalled(1);
      stallTimer = vertx.setTimer(stallMs, fired -> onStalled.run());
      response.drainHandler(drained -> {
        Long stall = stallTimer;
        if (stall != null) {
          stallTimer = null;
          vertx.cancelTimer(stall);
          metrics.stalled(-1);
          onResume.run();
        }
      });
    }
  }
}
