package dev.weir.gateway;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts the answers that callers wait for, in all and for each connection, against a limit. */
final class Admission {
  private final AtomicInteger outstanding = new AtomicInteger();
  private final int limit;
  private final int limitPerConnection;
  private final Duration retryAfter;

  Admission(GatewayConfig config) {
    this.limit = config.maxOutstanding();
    this.limitPerConnection = config.maxOutstandingPerConnection();
    this.retryAfter = config.retryAfter();
  }

  /**
   * Takes places for {@code count} answers.
   *
   * @throws ApiException 429 if there are not that many
   */
  Ticket enter(Share connection, int count) {
    if (connection.outstanding.addAndGet(count) > limitPerConnection) {
      connection.outstanding.addAndGet(-count);
      throw ApiException.overloaded(
          "This connection waits for "
              + limitPerConnection
              + " answers already; wait for one to end"
              + " (weir.gateway.max-outstanding-per-connection).",
          retryAfter);
    }
    if (outstanding.addAndGet(count) > limit) {
      outstanding.addAndGet(-count);
      connection.outstanding.addAndGet(-count);
      throw ApiException.overloaded(
          "The gateway waits for " + limit + " answers already (weir.gateway.max-outstanding).",
          retryAfter);
    }
    return new Ticket(connection, count);
  }

  int outstanding() {
    return outstanding.get();
  }

  /** What one connection has taken. */
  static final class Share {
    private final AtomicInteger outstanding = new AtomicInteger();
  }

  /** Places taken; given back one by one, or all at once. */
  final class Ticket {
    private final Share connection;
    private final AtomicInteger left;

    private Ticket(Share connection, int count) {
      this.connection = connection;
      this.left = new AtomicInteger(count);
    }

    void leaveOne() {
      if (left.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
        giveBack(1);
      }
    }

    void leave() {
      giveBack(left.getAndSet(0));
    }

    private void giveBack(int count) {
      outstanding.addAndGet(-count);
      connection.outstanding.addAndGet(-count);
    }
  }
}
