package dev.weir.standalone.model;

/** A model that could not be fetched; the message says why and what to do. */
public final class PullException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public PullException(String message) {
    super(message);
  }

  public PullException(String message, Throwable cause) {
    super(message, cause);
  }
}
