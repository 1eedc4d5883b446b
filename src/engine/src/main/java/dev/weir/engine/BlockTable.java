package dev.weir.engine;

import java.util.Arrays;

/**
 * Where the tokens of one sequence lie in the cache: block i holds those at positions 16 i to 16 i
 * + 15. Full blocks are published, in their order, so that others find them by their tokens; those
 * at the beginning may have been found itself, or left behind a sliding window.
 */
final class BlockTable {
  private static final int[] NO_BLOCKS = {};

  // who may find its blocks
  private final String salt;
  // [at least count]
  private int[] blocks = NO_BLOCKS;
  private int count;
  // how many of the blocks, from the first, were left because no later token sees them
  private int left;
  // how many of the blocks are published, and the content id of the last of them
  private int published;
  private long content = BlockPool.ROOT;

  BlockTable(String salt) {
    this.salt = salt;
  }

  int count() {
    return count;
  }

  /** Without those that were left. */
  int held() {
    return count - left;
  }

  int block(int index) {
    return blocks[index];
  }

  /** [at least count]; {@link SequenceSlice#NO_BLOCK} for those that were left. */
  int[] blocks() {
    return blocks;
  }

  void add(int block) {
    if (count == blocks.length) {
      blocks = Arrays.copyOf(blocks, Math.max(4, 2 * count));
    }
    blocks[count++] = block;
  }

  /** So many of the tokens are computed: publishes the blocks that are full. */
  void publish(BlockPool pool, int[] tokens, int computed) {
    for (; (published + 1) * LanguageModel.BLOCK_TOKENS <= computed; published++) {
      int from = published * LanguageModel.BLOCK_TOKENS;
      content = pool.publish(blocks[published], content, salt, tokens, from);
    }
  }

  /**
   * Holds what others have published of the same tokens; the table is empty before.
   *
   * @param most tokens that may be found
   * @return how many were
   */
  int reuse(BlockPool pool, int[] tokens, int most) {
    while (count < most / LanguageModel.BLOCK_TOKENS) {
      int block = pool.hit(content, salt, tokens, count * LanguageModel.BLOCK_TOKENS);
      if (block < 0) {
        break;
      }
      add(block);
      content = pool.content(block);
      published++;
    }
    return count * LanguageModel.BLOCK_TOKENS;
  }

  /** Leaves the published blocks that lie wholly before a position. */
  void leaveBefore(int position, BlockPool pool) {
    int end = Math.min(published, Math.floorDiv(position, LanguageModel.BLOCK_TOKENS));
    for (; left < end; left++) {
      pool.release(blocks[left]);
      blocks[left] = SequenceSlice.NO_BLOCK;
    }
  }

  /** Leaves all, the last first: prefixes are found longest. */
  void leaveAll(BlockPool pool) {
    while (count > left) {
      pool.release(blocks[--count]);
    }
    count = 0;
    left = 0;
    blocks = NO_BLOCKS;
    published = 0;
    content = BlockPool.ROOT;
  }

  /** What they hold is wrong: nobody finds those any more that nobody else holds. */
  void spoil(BlockPool pool) {
    for (int i = left; i < count; i++) {
      pool.spoil(blocks[i]);
    }
  }
}
