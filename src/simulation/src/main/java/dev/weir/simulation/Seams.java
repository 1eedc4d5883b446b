package dev.weir.simulation;

import dev.weir.stream.AttemptWorld;
import dev.weir.stream.LogReader.LogListener;
import dev.weir.stream.RequestSource;
import dev.weir.stream.StreamReader.Start;

/**
 * Where the product meets what is simulated. A test that breaks a rule of the protocol does it
 * here; as they are, nothing is changed.
 */
class Seams {
  /** What the attempts of one slot act on. */
  AttemptWorld world(AttemptWorld world) {
    return world;
  }

  /** The locks of one slot. */
  RequestSource source(RequestSource source) {
    return source;
  }

  /** Where an instance of the ledger keeps what it has made. */
  LedgerStore ledgerStore(LedgerStore store, SimulatedProcess ledger) {
    return store;
  }

  /** What a reader of a stream hears of the log. */
  LogListener follower(LogListener follower, Start start) {
    return follower;
  }
}
