package dev.weir.stream;

import java.time.Duration;

/**
 * What an intake serves.
 *
 * @param model whose requests it takes
 * @param worker name of this worker, unique among those that run
 * @param slots requests that run at the same time
 * @param numericsId weights, precision, backend and version: attempts with the same one give the
 *     same tokens
 * @param closeLimit how long requests may go on when the worker closes, before others get them
 */
public record IntakeOptions(
    String model, String worker, int slots, String numericsId, Duration closeLimit) {

  /** Bounded by what a share group takes as members on an own broker. */
  private static final int MAX_SLOTS = 1000;

  public IntakeOptions {
    if (slots < 1 || slots > MAX_SLOTS) {
      throw new IllegalArgumentException("slots must be 1 to " + MAX_SLOTS + ": " + slots);
    }
  }

  /** With 3 s to finish on close. */
  public static IntakeOptions of(String model, String worker, int slots, String numericsId) {
    return new IntakeOptions(model, worker, slots, numericsId, Duration.ofSeconds(3));
  }
}
