package dev.weir.torch;

/**
 * How much of the cache is allocated: slots and positions grow together by doubling, up to the
 * limits, so that slots that are never used cost nothing.
 */
final class CacheSize {
  private static final int FIRST_TIME = 256;

  private final int maxSlots;
  private final int maxTime;
  private int slots;
  private int time;

  CacheSize(int maxSlots, int maxTime) {
    this.maxSlots = maxSlots;
    this.maxTime = maxTime;
  }

  int slots() {
    return slots;
  }

  int time() {
    return time;
  }

  /**
   * Makes room.
   *
   * @param slot highest slot in use
   * @param end longest sequence, in tokens
   * @return whether the size changed
   */
  boolean cover(int slot, int end) {
    int oldSlots = slots;
    int oldTime = time;
    slots = grown(slots, slot + 1, 1, maxSlots);
    time = grown(time, end, FIRST_TIME, maxTime);
    return slots != oldSlots || time != oldTime;
  }

  private static int grown(int now, int wanted, int least, int most) {
    if (wanted <= now) {
      return now;
    }
    return Math.min(most, Math.max(Math.max(least, wanted), 2 * now));
  }
}
