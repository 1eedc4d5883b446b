package dev.weir.simulation;

/**
 * What must hold does not. An error, since no code under test may take it for a failure that it has
 * to live with.
 */
public final class Violation extends AssertionError {
  private static final long serialVersionUID = 1;

  Violation(String what) {
    super(what);
  }

  /** With the schedule that it was found in. */
  Violation(long seed, String what, String journal) {
    super("seed " + seed + ": " + what + "\n" + journal);
  }
}
