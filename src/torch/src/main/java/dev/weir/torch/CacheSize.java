package dev.weir.torch;

/**
 * How many blocks of the cache are allocated: they grow by doubling, up to the limit, so that
 * blocks that are never used cost nothing.
 */
final class CacheSize {
  private static final int FIRST_BLOCKS = 64;

  private final int most;
  private int blocks;

  CacheSize(int most) {
    this.most = most;
  }

  int blocks() {
    return blocks;
  }

  /**
   * Makes room.
   *
   * @param block highest block in use
   * @return whether the size changed
   */
  boolean cover(int block) {
    if (block < blocks) {
      return false;
    }
    blocks = Math.min(most, Math.max(Math.max(FIRST_BLOCKS, block + 1), 2 * blocks));
    return true;
  }
}
