package dev.weir.engine;

import java.util.BitSet;

/**
 * Hands out cache blocks, which are numbers here; the memory behind them is the model's. Each block
 * has at most one owner.
 */
final class BlockAllocator {
  // a stack of the free blocks; the lowest numbers lie on top at first, so memory is used densely
  private final int[] free;
  private int freeCount;
  private final BitSet owned;

  BlockAllocator(int blocks) {
    free = new int[blocks];
    owned = new BitSet(blocks);
    for (int i = 0; i < blocks; i++) {
      free[i] = blocks - 1 - i;
    }
    freeCount = blocks;
  }

  int blocks() {
    return free.length;
  }

  int free() {
    return freeCount;
  }

  /** Blocks that hold that many tokens. */
  static int blocksFor(int tokens) {
    return Math.ceilDiv(tokens, LanguageModel.BLOCK_TOKENS);
  }

  /** Takes blocks; the caller has made sure that as many are {@link #free()}. */
  int[] allocate(int count) {
    if (count > freeCount) {
      throw new IllegalStateException(
          count + " blocks wanted, but only " + freeCount + " are free");
    }
    int[] blocks = new int[count];
    for (int i = 0; i < count; i++) {
      blocks[i] = free[--freeCount];
      owned.set(blocks[i]);
    }
    return blocks;
  }

  /** Gives blocks back. */
  void free(int[] blocks) {
    for (int i = blocks.length - 1; i >= 0; i--) {
      if (!owned.get(blocks[i])) {
        throw new IllegalStateException("block " + blocks[i] + " is free already");
      }
      owned.clear(blocks[i]);
      free[freeCount++] = blocks[i];
    }
  }
}
