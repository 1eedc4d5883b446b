package dev.weir.standalone.check;

/** A check that cannot be made; the message is one sentence. */
public final class CheckException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  CheckException(String message) {
    super(message);
  }
}
