package dev.weir.bench.fault;

import java.util.Locale;

/** What is done to a running system. */
public enum FaultKind {
  /** A worker that computes streams is killed (SIGKILL). */
  WORKER_KILL(Lane.WORKERS),
  /** A worker is stopped (SIGSTOP) for longer than its lock, and goes on. */
  WORKER_PAUSE(Lane.WORKERS),
  /** A worker is killed, and then the one that continues one of its streams. */
  WORKER_KILL_AGAIN(Lane.WORKERS),
  /** Nothing passes between a worker and the brokers for longer than its lock. */
  NETWORK_CUT(Lane.WORKERS),
  /** Any broker is killed and started again. */
  BROKER_RESTART(Lane.BROKERS),
  /** The broker that leads the partition of a stream is killed and started again. */
  LEADER_KILL(Lane.BROKERS),
  /** A broker can write nothing more to its disk; it ends, and is started again. */
  DISK_FULL(Lane.BROKERS),
  /** Requests and chunks are refused for a while: too few replicas are in sync. */
  WRITES_REFUSED(Lane.BROKERS),
  /** A gateway is killed; its clients go to another and resume. */
  GATEWAY_KILL(Lane.GATEWAYS),
  /** A client is gone in the middle of a stream, and resumes it later. */
  CLIENT_KILL(Lane.CLIENTS),
  /** Two more devices of other kinds follow a stream that runs. */
  THREE_DEVICES(Lane.CLIENTS),
  /** Every process is stopped in order (SIGTERM) and started again, one of each kind at a time. */
  ROLLING_RESTART(Lane.EVERYTHING);

  /** Faults of one lane come one after another, those of different lanes at the same time. */
  enum Lane {
    WORKERS,
    BROKERS,
    GATEWAYS,
    CLIENTS,
    /** None of the others' faults but the clients' happens beside it. */
    EVERYTHING
  }

  private final Lane lane;

  FaultKind(Lane lane) {
    this.lane = lane;
  }

  Lane lane() {
    return lane;
  }

  /** As figures and {@code --kinds} name it: {@code worker-kill}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
