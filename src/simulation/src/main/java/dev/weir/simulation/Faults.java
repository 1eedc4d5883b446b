package dev.weir.simulation;

/**
 * What is still to go wrong. A fault is due at a time that was drawn, and strikes at one of the
 * next occasions for it.
 */
final class Faults {
  private static final int MAX_SKIPPED = 12;

  private final Dice dice;
  private final int[] due = new int[Fault.values().length];
  private final int[] skip = new int[Fault.values().length];
  private boolean over;

  Faults(Dice dice) {
    this.dice = dice;
  }

  void due(Fault fault) {
    due[fault.ordinal()]++;
    skip[fault.ordinal()] = dice.below(MAX_SKIPPED);
  }

  /** Whether it strikes here. */
  boolean strikes(Fault fault) {
    int i = fault.ordinal();
    if (over || due[i] == 0 || skip[i]-- > 0) {
      return false;
    }
    due[i]--;
    skip[i] = dice.below(MAX_SKIPPED);
    return true;
  }

  /** From now on nothing goes wrong any more. */
  void end() {
    over = true;
  }

  boolean over() {
    return over;
  }
}
