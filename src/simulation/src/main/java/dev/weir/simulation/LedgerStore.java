package dev.weir.simulation;

import dev.weir.stream.LedgerFold;
import java.util.List;

/** Where the ledger keeps what it has made. */
interface LedgerStore {
  /** What one transaction is about. */
  record Work(
      int partition, long position, LedgerFold.State state, List<LedgerFold.Closing> results) {}

  /**
   * Commits all of it, or nothing.
   *
   * @return false if a newer instance has taken over
   */
  boolean commit(int instance, Work work);

  /** Writes results alone, which no correct ledger does. */
  void write(List<LedgerFold.Closing> results);
}
