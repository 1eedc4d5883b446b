package dev.weir.bench.fault;

/** What a reader reads from, so that it can be cut off by somebody else. Safe for any thread. */
final class Connection {
  private Runnable closing = () -> {};
  private boolean cut;

  /** Says how it is closed; at once if it was cut off already. */
  void onCut(Runnable close) {
    synchronized (this) {
      closing = close;
      if (!cut) {
        return;
      }
    }
    close.run();
  }

  /** Closes it hard: without a word to the other side. */
  void cut() {
    Runnable close;
    synchronized (this) {
      cut = true;
      close = closing;
    }
    close.run();
  }
}
