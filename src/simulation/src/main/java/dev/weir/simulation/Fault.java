package dev.weir.simulation;

/** What may go wrong, once for each time that it is drawn. */
enum Fault {
  /** A worker dies; what it has under way may land, later. */
  CRASH,
  /** A worker stands still, mostly for longer than its lock. */
  PAUSE,
  /** A record never lands, while those behind it may. */
  SEND_FAILS,
  /** A record lands, and its writer is told that it failed. */
  SEND_UNSURE,
  /** A record lands long after its writer was told that it failed. */
  SEND_UNSURE_LATE,
  /** A producer's records wait, and land in order. */
  SEND_STALLS,
  /** The renewal of a lock gets no answer, and is none. */
  RENEWAL_LOST,
  /** The renewal of a lock is refused. */
  RENEWAL_REFUSED,
  /** What is said at the end of a delivery does not arrive. */
  SETTLEMENT_LOST,
  /** Brokers forget locks or delivery counts, and take no records for a while. */
  BROKER_RESTART,
  /** A gateway dies: its readers go on elsewhere, with their cursors. */
  GATEWAY_CRASH,
  /** A worker is told to close and leaves what it has to others. */
  HAND_OVER,
  /** The ledger dies, and another instance goes on from what was committed. */
  LEDGER_CRASH,
  /** The ledger stands still while another instance takes over, and wakes up behind it. */
  LEDGER_PAUSE,
  /** Brokers lose the last records of a partition, although they were acknowledged. */
  LOSS
}
