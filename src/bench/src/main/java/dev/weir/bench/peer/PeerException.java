package dev.weir.bench.peer;

/**
 * A peer, or a server that is measured, does not run or does not say what it should; the message
 * has what it said instead.
 */
public final class PeerException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public PeerException(String message) {
    super(message);
  }

  public PeerException(String message, Throwable cause) {
    super(message, cause);
  }
}
