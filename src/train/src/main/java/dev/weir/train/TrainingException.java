package dev.weir.train;

/** A run cannot go on: its loss is not finite, or a checkpoint is one of another network. */
public final class TrainingException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public TrainingException(String message) {
    super(message);
  }
}
