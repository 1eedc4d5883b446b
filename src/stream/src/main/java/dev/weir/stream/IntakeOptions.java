package dev.weir.stream;

import java.time.Duration;

/**
 * What an intake serves.
 *
 * @param model whose requests it takes
 * @param worker name of this worker, unique among those that run
 * @param slots requests that run at the same time
 * @param intake requests that are taken in all: those beyond the slots wait in the generator, which
 *     needs a queue of its own for them
 * @param numericsId weights, precision, backend and version: attempts with the same one give the
 *     same tokens
 * @param closeLimit how long requests may go on when the worker closes, before others get them
 * @param holdLimit how long a request may wait in the generator before others may have it
 */
public record IntakeOptions(
    String model,
    String worker,
    int slots,
    int intake,
    String numericsId,
    Duration closeLimit,
    Duration holdLimit) {

  /** Taken beyond the slots where nothing else is said. */
  public static final int LOOK_AHEAD = 8;

  /** Bounded by what a share group takes as members on an own broker. */
  private static final int MAX_SLOTS = 1000;

  private static final Duration HOLD_LIMIT = Duration.ofMinutes(1);

  public IntakeOptions {
    if (slots < 1 || slots > MAX_SLOTS) {
      throw new IllegalArgumentException("slots must be 1 to " + MAX_SLOTS + ": " + slots);
    }
    if (intake < 1 || intake > 2 * MAX_SLOTS) {
      throw new IllegalArgumentException("intake must be 1 to " + 2 * MAX_SLOTS + ": " + intake);
    }
  }

  /** With 3 s to finish on close, and without look-ahead. */
  public static IntakeOptions of(String model, String worker, int slots, String numericsId) {
    return new IntakeOptions(
        model, worker, slots, slots, numericsId, Duration.ofSeconds(3), HOLD_LIMIT);
  }
}
