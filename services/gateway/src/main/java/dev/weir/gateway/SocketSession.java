package dev.weir.gateway;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weir.proto.ErrorCodes;
import dev.weir.proto.v1.GenerationRequest;
import dev.weir.stream.RequestPublisher.Published;
import dev.weir.stream.StreamReader.Start;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.ServerWebSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One client of {@code /v1/ws}. Belongs to the event loop of its socket.
 *
 * <pre>
 *   strange ──auth, or the key came in the header──▶ known ──▶ closed
 *      └──── no key in time, or wrong ones ────────────────────▲
 * </pre>
 */
final class SocketSession {
  private static final int MISSED_PONGS = 3;
  private static final int WRONG_KEYS = 3;

  private final Vertx vertx;
  private final Context context;
  private final ServerWebSocket socket;
  private final HttpConnection connection;
  private final Connections connections;
  private final Runnable handOver = this::handOver;
  private final GatewayServices services;
  private final Access access;
  private final WeirOptions options;
  private final Admission.Share share;
  private final Map<String, SocketStream> streams = new LinkedHashMap<>();
  private int pending; // submits and cancellations on their way to Kafka
  private int unansweredPings;
  private boolean full;
  private boolean givenUp;
  private boolean closed;
  private boolean handedOver;
  private boolean known;
  private String caller = "";
  private int wrongKeys;
  private @Nullable Long keyTimer;
  private @Nullable Long pingTimer;
  private @Nullable Long stallTimer;

  SocketSession(
      Vertx vertx,
      Context context,
      ServerWebSocket socket,
      HttpConnection connection,
      Connections connections,
      GatewayServices services,
      Access access,
      WeirOptions options,
      Admission.Share share) {
    this.vertx = vertx;
    this.context = context;
    this.socket = socket;
    this.connection = connection;
    this.connections = connections;
    this.services = services;
    this.access = access;
    this.options = options;
    this.share = share;
  }

  /**
   * @param key that came with the handshake, or null
   */
  void open(@Nullable String key) {
    services.metrics().sockets(1);
    socket
        .textMessageHandler(this::onText)
        .binaryMessageHandler(ignored -> reject(null, null, notText()))
        .pongHandler(pong -> unansweredPings = 0)
        .drainHandler(drained -> onDrained())
        .exceptionHandler(broken -> socket.close())
        .closeHandler(gone -> onClosed());
    pingTimer =
        vertx.setPeriodic(services.config().ws().pingInterval().toMillis(), fired -> onPingTime());
    keyTimer =
        vertx.setTimer(
            services.config().requestTimeout().toMillis(),
            fired -> {
              if (!known) {
                socket.close((short) 1008, "no API key came");
              }
            });
    if (socket.isClosed()) { // its client was gone before, and nothing tells so any more
      onClosed();
      return;
    }
    connections.follows(handOver);
    try {
      caller = access.requireKey(key);
      known = true;
    } catch (ApiException unknown) {
      if (key != null) {
        reject(null, null, unknown);
      }
    }
  }

  private static ApiException notText() {
    return ApiException.invalid("type", ErrorCodes.INVALID_TYPE, "send text, not binary");
  }

  boolean isFull() {
    return full;
  }

  void send(String message) {
    if (closed) {
      return;
    }
    services.metrics().bytesOut(message.length());
    socket.writeTextMessage(message);
    if (socket.writeQueueFull() && !full) {
      full = true;
      socket.pause(); // a client that takes no answers asks no more questions
      services.metrics().stalled(1);
      stallTimer =
          vertx.setTimer(services.config().stallTimeout().toMillis(), fired -> onStalled());
    }
  }

  /**
   * Tells where each stream can be read on, for when the client reads again within the same time
   * once more; then the connection is dropped.
   */
  private void onStalled() {
    givenUp = true;
    services.metrics().stalled(-1);
    services.metrics().slowReader();
    Duration limit = services.config().stallTimeout();
    for (SocketStream stream : List.copyOf(streams.values())) {
      leave(stream, "the client takes nothing");
      reject(null, stream.id(), ApiException.slowReader(stream.id(), stream.cursor(), limit));
    }
    stallTimer = vertx.setTimer(limit.toMillis(), fired -> ConnectionEnd.drop(connection));
    socket.close((short) 1008, "nothing was taken for too long");
    socket.resume(); // to hear the client's close
  }

  /** The client comes back to another gateway and follows its streams there from its cursors. */
  private void handOver() {
    if (!closed && !givenUp) {
      handedOver = true;
      socket.close((short) 1012, "the gateway restarts: connect again and follow");
    }
  }

  /** What was submitted here goes on only if it is detached, or handed over. */
  private void leave(SocketStream stream, String reason) {
    remove(stream);
    if (stream.cancelOnClose() && !handedOver && !services.closing()) {
      services.publishing().cancel(stream.id(), reason);
      services.metrics().cancelled(1);
    }
  }

  void remove(SocketStream stream) {
    if (streams.remove(stream.id(), stream)) {
      services.metrics().socketStreams(-1);
    }
    stream.close();
  }

  private void onText(String text) {
    if (givenUp) {
      return;
    }
    String ref = null;
    String id = null;
    try {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      services.metrics().bytesIn(bytes.length);
      ObjectNode json = services.parser().object(bytes);
      ref = json.path("ref").isTextual() ? json.get("ref").textValue() : null;
      id = json.path("id").isTextual() ? json.get("id").textValue() : null;
      run(SocketCommand.parse(json));
    } catch (RuntimeException e) {
      reject(ref, id, ApiException.of(e));
    }
  }

  private void run(SocketCommand command) {
    if (!known && !(command instanceof SocketCommand.Auth)) {
      access.requireKey(null);
    }
    switch (command) {
      case SocketCommand.Auth auth -> authenticate(auth.key());
      case SocketCommand.Submit submit -> submit(submit);
      case SocketCommand.Follow follow -> follow(follow);
      case SocketCommand.Unfollow unfollow -> unfollow(unfollow.id());
      case SocketCommand.Cancel cancel -> cancel(cancel.id());
      case SocketCommand.Credit credit -> addCredit(credit.id(), credit.count());
      case SocketCommand.Ping ping -> send(SocketMessages.pong());
    }
  }

  private void submit(SocketCommand.Submit submit) {
    GenerationRequest request = services.parser().nativeRequest(submit.request());
    services.backend().requireModelFor(request);
    requireRoom();
    Admission.Ticket ticket = services.admission().ask(share, caller, 1);
    pending++;
    Future.fromCompletionStage(
            services.publishing().publish(List.of(request), options.headers(services.nowMs())),
            context)
        .onComplete(done -> {
          pending--;
          if (done.failed()) {
            ticket.leave();
            reject(submit.ref(), null, ApiException.of(done.cause()));
          } else {
            onPublished(submit, done.result().getFirst(), ticket);
          }
        });
  }

  private void onPublished(
      SocketCommand.Submit submit, Published published, Admission.Ticket ticket) {
    if (closed) {
      ticket.leave();
      if (!submit.detach() && !handedOver && !services.closing()) {
        services.publishing().cancel(published, "the client went away");
        services.metrics().cancelled(1);
      }
      return;
    }
    send(SocketMessages.accepted(submit.ref(), published));
    add(
        published.requestId(),
        new Start.From(published.from()),
        submit.credit(),
        ticket,
        !submit.detach());
  }

  private void follow(SocketCommand.Follow follow) {
    if (streams.containsKey(follow.id())) {
      throw ApiException.refused(
          409, "already_followed", "This socket follows the stream already; unfollow it first.");
    }
    requireRoom();
    add(follow.id(), follow.start(), follow.credit(), services.admission().follow(share, 1), false);
  }

  private void add(
      String id,
      Start start,
      @Nullable Long credit,
      Admission.Ticket ticket,
      boolean cancelOnClose) {
    SocketStream stream =
        new SocketStream(
            this,
            context,
            services.backend().reader(),
            services.window(),
            id,
            start,
            credit == null ? services.config().ws().credit() : credit,
            ticket,
            cancelOnClose);
    streams.put(id, stream);
    services.metrics().socketStreams(1);
    stream.open();
  }

  private void cancel(String id) {
    requireRoom();
    pending++;
    Future.fromCompletionStage(
            services.backend().publisher().cancel(id, "cancelled over a WebSocket"), context)
        .onComplete(done -> {
          pending--;
          if (done.succeeded()) {
            send(SocketMessages.cancelled(id));
          } else {
            reject(null, id, Publishing.asApiException(done.cause()));
          }
        });
  }

  private void requireRoom() {
    int limit = services.config().ws().maxStreams();
    if (streams.size() + pending >= limit) {
      throw ApiException.overloaded(
          "A socket has at most " + limit + " streams (weir.gateway.ws.max-streams).",
          services.config().retryAfter());
    }
  }

  private void authenticate(String key) {
    try {
      caller = access.requireKey(key);
      known = true;
    } catch (ApiException unknown) {
      reject(null, null, unknown);
      if (++wrongKeys >= WRONG_KEYS) {
        socket.close((short) 1008, "wrong API keys");
      }
    }
  }

  // A stream may have ended while these were on their way: that is no error.

  private void unfollow(String id) {
    SocketStream stream = streams.get(id);
    if (stream != null) {
      remove(stream);
    }
  }

  private void addCredit(String id, long count) {
    SocketStream stream = streams.get(id);
    if (stream != null) {
      stream.addCredit(count);
    }
  }

  private void reject(@Nullable String ref, @Nullable String id, ApiException failure) {
    send(SocketMessages.error(ref, id, failure));
  }

  private void onDrained() {
    if (!full || closed || givenUp) {
      return;
    }
    full = false;
    services.metrics().stalled(-1);
    cancelStallTimer();
    socket.resume();
    List.copyOf(streams.values()).forEach(SocketStream::resume);
  }

  private void onPingTime() {
    if (givenUp) {
      return; // it has its own time
    }
    if (++unansweredPings > MISSED_PONGS) {
      ConnectionEnd.drop(connection); // a closing handshake would not be answered either
    } else {
      socket.writePing(Buffer.buffer());
    }
  }

  private void onClosed() {
    if (closed) {
      return;
    }
    closed = true;
    connections.left(handOver);
    if (full && !givenUp) {
      services.metrics().stalled(-1);
    }
    cancelStallTimer();
    if (pingTimer != null) {
      vertx.cancelTimer(pingTimer);
    }
    if (keyTimer != null) {
      vertx.cancelTimer(keyTimer);
    }
    services.metrics().sockets(-1);
    for (SocketStream stream : List.copyOf(streams.values())) {
      leave(stream, "the client went away");
    }
  }

  private void cancelStallTimer() {
    Long stall = stallTimer;
    stallTimer = null;
    if (stall != null) {
      vertx.cancelTimer(stall);
    }
  }
}
