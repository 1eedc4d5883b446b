package dev.weir.stream;

import dev.weir.stream.AttemptEvent.GiveBack.Reason;
import java.util.Comparator;
import java.util.List;

/**
 * Gives requests that wait here to workers that can run them now: those of the look-ahead first,
 * the longest waiting first. For use by one thread.
 */
final class Balance {
  /** One that was only just taken may be admitted at the engine's next step. */
  private static final long JUST_TAKEN_MS = 100;

  private final Peers peers;
  private final long holdLimitMs;

  Balance(Peers peers, long holdLimitMs) {
    this.peers = peers;
    this.holdLimitMs = holdLimitMs;
  }

  /**
   * @param slots all of them, those of the look-ahead first
   */
  void turn(List<Slot> slots, long nowMs) {
    List<Slot> waiting =
        slots.stream()
            .filter(slot -> nowMs - slot.waitsSinceMs() > JUST_TAKEN_MS)
            .sorted(
                Comparator.comparing(Slot::isAhead)
                    .reversed()
                    .thenComparingLong(Slot::waitsSinceMs))
            .toList();
    if (waiting.isEmpty()) {
      return;
    }
    int free = peers.claim();
    for (Slot slot : waiting) {
      if (free > 0) {
        free--;
        slot.giveBack(Reason.FREE_ELSEWHERE);
      } else if (nowMs - slot.waitsSinceMs() > holdLimitMs && peers.any()) {
        slot.giveBack(Reason.HELD_LONG);
      }
    }
  }
}
