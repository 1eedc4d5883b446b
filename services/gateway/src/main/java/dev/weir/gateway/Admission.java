package dev.weir.gateway;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.jspecify.annotations.Nullable;

/**
 * Counts the answers that callers wait for, in all, for each tenant and for each connection,
 * against a limit. A tenant is who shows one API key; without keys all are one.
 */
final class Admission {
  private final AtomicInteger outstanding = new AtomicInteger();
  // those with answers outstanding: not more than there are keys
  private final Map<String, Integer> tenants = new ConcurrentHashMap<>();
  // by the ordinal of Limit
  private final AtomicIntegerArray refusals = new AtomicIntegerArray(Limit.values().length);
  private final int limit;
  private final int limitPerTenant;
  private final int limitPerConnection;
  private final Duration retryAfter;

  /** What a caller can be refused for. */
  enum Limit {
    GATEWAY,
    TENANT,
    CONNECTION
  }

  Admission(GatewayConfig config) {
    this.limit = config.maxOutstanding();
    this.limitPerTenant = config.maxOutstandingPerTenant();
    this.limitPerConnection = config.maxOutstandingPerConnection();
    this.retryAfter = config.retryAfter();
  }

  /**
   * Takes places to read {@code count} streams of requests that were published elsewhere.
   *
   * @throws ApiException 429 if there are not that many
   */
  Ticket follow(Share connection, int count) {
    return enter(connection, null, count);
  }

  /**
   * Takes places for {@code count} requests of a tenant.
   *
   * @throws ApiException 429 if there are not that many
   */
  Ticket ask(Share connection, String tenant, int count) {
    return enter(connection, tenant, count);
  }

  private Ticket enter(Share connection, @Nullable String tenant, int count) {
    if (connection.outstanding.addAndGet(count) > limitPerConnection) {
      connection.outstanding.addAndGet(-count);
      throw refused(
          Limit.CONNECTION,
          "This connection waits for %d answers already; wait for one to end"
              + " (weir.gateway.max-outstanding-per-connection).",
          limitPerConnection);
    }
    if (tenant != null && tenants.merge(tenant, count, Integer::sum) > limitPerTenant) {
      connection.outstanding.addAndGet(-count);
      leaveTenant(tenant, count);
      throw refused(
          Limit.TENANT,
          "A tenant waits for %d answers at most; wait for one to end"
              + " (weir.gateway.max-outstanding-per-tenant).",
          limitPerTenant);
    }
    if (outstanding.addAndGet(count) > limit) {
      outstanding.addAndGet(-count);
      connection.outstanding.addAndGet(-count);
      leaveTenant(tenant, count);
      throw refused(
          Limit.GATEWAY,
          "The gateway waits for %d answers already (weir.gateway.max-outstanding).",
          limit);
    }
    return new Ticket(connection, tenant, count);
  }

  private ApiException refused(Limit by, String message, int most) {
    refusals.incrementAndGet(by.ordinal());
    return ApiException.overloaded(message.formatted(most), retryAfter);
  }

  private void leaveTenant(@Nullable String tenant, int count) {
    if (tenant != null) {
      tenants.computeIfPresent(tenant, (_, taken) -> taken == count ? null : taken - count);
    }
  }

  int outstanding() {
    return outstanding.get();
  }

  /** Of the tenant that has most. */
  int mostOfATenant() {
    return tenants.values().stream().mapToInt(taken -> taken).max().orElse(0);
  }

  /** How often callers were refused for a limit. */
  int refusals(Limit by) {
    return refusals.get(by.ordinal());
  }

  /** What one connection has taken. */
  static final class Share {
    private final AtomicInteger outstanding = new AtomicInteger();
  }

  /** Places taken; given back one by one, or all at once. */
  final class Ticket {
    private final Share connection;
    private final @Nullable String tenant;
    private final AtomicInteger left;

    private Ticket(Share connection, @Nullable String tenant, int count) {
      this.connection = connection;
      this.tenant = tenant;
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
      if (count > 0) {
        outstanding.addAndGet(-count);
        connection.outstanding.addAndGet(-count);
        leaveTenant(tenant, count);
      }
    }
  }
}
