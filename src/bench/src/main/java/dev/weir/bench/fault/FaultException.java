package dev.weir.bench.fault;

/** A run of faults cannot begin or go on; the message is one sentence for its user. */
public final class FaultException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  FaultException(String message) {
    super(message);
  }

  FaultException(String message, Throwable cause) {
    super(message, cause);
  }
}
