package dev.weir.gateway;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.ext.web.RoutingContext;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The open connections of one event loop: how many, what each has taken, and that none is held open
 * for nothing.
 *
 * <p>A client that drips its request byte by byte resets every idle timer; so what is timed is the
 * work: the whole head of a request must have come some time after the connection opened or the
 * last response ended. Bodies are timed by {@link RequestBodies}, responses by {@link SseResponse}.
 */
final class Connections {
  private final Vertx vertx;
  private final AtomicInteger open;
  private final int limit;
  private final long headMs;
  private final long idleMs;
  private final long stallMs;
  private final Map<HttpConnection, State> states = new IdentityHashMap<>();
  private final Set<Runnable> handOvers = new LinkedHashSet<>();
  private boolean draining;

  /**
   * @param open connections of all event loops
   */
  Connections(Vertx vertx, AtomicInteger open, GatewayConfig config) {
    this.vertx = vertx;
    this.open = open;
    this.limit = config.maxConnections();
    this.headMs = config.requestTimeout().toMillis();
    this.idleMs = config.idleTimeout().toMillis();
    this.stallMs = config.stallTimeout().toMillis();
  }

  void onOpen(HttpConnection connection) {
    if (open.incrementAndGet() > limit) {
      ConnectionEnd.onClosed(connection, open::decrementAndGet);
      connection.close();
      return;
    }
    State state = new State(connection);
    states.put(connection, state);
    state.arm(Math.min(headMs, idleMs));
    ConnectionEnd.onClosed(
        connection,
        () -> {
          open.decrementAndGet();
          states.remove(connection);
          state.disarm();
        });
  }

  /** A whole head has come: until the response has ended, the connection is not idle. */
  void onRequest(RoutingContext ctx) {
    State state = states.get(ctx.request().connection());
    if (state == null) {
      return;
    }
    state.running++;
    state.disarm();
    ctx.addEndHandler(ended -> {
      if (--state.running == 0 && states.containsKey(state.connection)) {
        state.arm(idleMs);
      }
    });
  }

  /** A socket is a response that never ends; it has its own pings. */
  void onUpgrade(HttpConnection connection) {
    State state = states.get(connection);
    if (state != null) {
      state.running++;
      state.disarm();
    }
  }

  /**
   * Registers what has no end of its own and can go on elsewhere, until {@link #left}.
   *
   * @param handOver sends its client to another gateway; called at once if this one is going
   */
  void follows(Runnable handOver) {
    if (draining) {
      handOver.run();
    } else {
      handOvers.add(handOver);
    }
  }

  void left(Runnable handOver) {
    handOvers.remove(handOver);
  }

  /** Sends every client away that can go on elsewhere. */
  void drain() {
    draining = true;
    List<Runnable> all = List.copyOf(handOvers);
    handOvers.clear();
    all.forEach(Runnable::run);
  }

  /** Connections without a request, each of which may send one at any moment. */
  int idle() {
    return (int) states.values().stream().filter(state -> state.running == 0).count();
  }

  Admission.Share share(HttpConnection connection) {
    State state = states.get(connection);
    return state == null ? new Admission.Share() : state.share;
  }

  private final class State {
    private final HttpConnection connection;
    private final Admission.Share share = new Admission.Share();
    private @Nullable Long timer;
    private int running;

    State(HttpConnection connection) {
      this.connection = connection;
    }

    void arm(long delayMs) {
      disarm();
      timer =
          vertx.setTimer(
              delayMs,
              fired -> {
                connection.close();
                // That comes behind what its client has not taken yet, and so perhaps never.
                timer = vertx.setTimer(stallMs, late -> ConnectionEnd.drop(connection));
              });
    }

    void disarm() {
      Long armed = timer;
      timer = null;
      if (armed != null) {
        vertx.cancelTimer(armed);
      }
    }
  }
}
