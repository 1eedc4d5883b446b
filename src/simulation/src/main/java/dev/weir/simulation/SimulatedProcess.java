package dev.weir.simulation;

/**
 * What may stand still: then all that it does comes later. What has died does nothing any more, and
 * another one takes its place.
 */
abstract class SimulatedProcess {
  final Cluster cluster;
  final String name;
  private long pausedUntilMs;
  private boolean dead;

  SimulatedProcess(Cluster cluster, String name) {
    this.cluster = cluster;
    this.name = name;
  }

  /** Does something later, if it lives then. */
  final void in(long ms, Runnable step) {
    cluster.agenda.in(ms, () -> run(step));
  }

  private void run(Runnable step) {
    if (dead) {
      return;
    }
    long now = cluster.agenda.millis();
    if (now < pausedUntilMs) {
      cluster.agenda.in(pausedUntilMs - now, () -> run(step));
      return;
    }
    if (mayFail()) {
      run(step); // it may have died, or stand still
      return;
    }
    step.run();
  }

  /** Before each step: something may happen to it; true if it did. */
  abstract boolean mayFail();

  final void pause(long ms) {
    pausedUntilMs = cluster.agenda.millis() + ms;
  }

  final void die() {
    dead = true;
  }

  final boolean isDead() {
    return dead;
  }

  /** For how long it has been able to do something since a time. */
  final long awakeMs(long sinceMs) {
    return cluster.agenda.millis() - Math.max(sinceMs, pausedUntilMs);
  }
}
