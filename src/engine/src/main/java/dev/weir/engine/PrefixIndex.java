package dev.weir.engine;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Finds a published block by what it holds: 16 tokens behind a prefix, for those who share a salt.
 * All of that is compared, so that a hit is never another content, whatever the hashes are.
 *
 * <p>A hash table with open addressing and linear probing, without an object for an entry: a step
 * of many outputs publishes dozens of blocks. The hash is multilinear with random factors (Carter
 * and Wegman, 1979): who chooses tokens cannot choose which blocks collide.
 */
final class PrefixIndex {
  private static final int TOKENS = LanguageModel.BLOCK_TOKENS;

  // block + 1; 0: none. At most half are taken. [power of 2]
  private final int[] table;
  // of the blocks that are here: content id of the prefix, salt, tokens, hash
  private final long[] parents;
  private final @Nullable String[] salts;
  private final int[] tokens; // [blocks * TOKENS]
  private final int[] hashes;
  // of the hash: for each token, and for both halves of the prefix and the salt
  private final long[] factors = new SplittableRandom().longs(TOKENS + 3).toArray();

  PrefixIndex(int blocks) {
    table = new int[Math.max(2, Integer.highestOneBit(blocks) << 2)];
    parents = new long[blocks];
    salts = new String[blocks];
    tokens = new int[blocks * TOKENS];
    hashes = new int[blocks];
  }

  /**
   * Finds a block.
   *
   * @param parent content id of the prefix
   * @param text of which the block has the tokens from {@code from}
   * @return the block, or -1
   */
  int find(long parent, String salt, int[] text, int from) {
    return table[place(parent, salt, text, from, hash(parent, salt, text, from))] - 1;
  }

  /**
   * Takes in a block that is not here, unless another one holds the same.
   *
   * @return that other one, or -1
   */
  int putIfAbsent(int block, long parent, String salt, int[] text, int from) {
    int hash = hash(parent, salt, text, from);
    int place = place(parent, salt, text, from, hash);
    if (table[place] != 0) {
      return table[place] - 1;
    }
    table[place] = block + 1;
    parents[block] = parent;
    salts[block] = salt;
    System.arraycopy(text, from, tokens, block * TOKENS, TOKENS);
    hashes[block] = hash;
    return -1;
  }

  /** Takes a block out. Those behind it move up, so that a search may end where nothing lies. */
  void remove(int block) {
    int mask = table.length - 1;
    int gap = hashes[block] & mask;
    while (table[gap] != block + 1) {
      if (table[gap] == 0) {
        throw new IllegalStateException("block " + block + " is not in the index");
      }
      gap = (gap + 1) & mask;
    }
    salts[block] = null;
    for (int i = (gap + 1) & mask; table[i] != 0; i = (i + 1) & mask) {
      int home = hashes[table[i] - 1] & mask;
      if (((i - home) & mask) >= ((i - gap) & mask)) { // it may lie in the gap
        table[gap] = table[i];
        gap = i;
      }
    }
    table[gap] = 0;
  }

  /** Where the block lies in the table, or would. */
  private int place(long parent, String salt, int[] text, int from, int hash) {
    int mask = table.length - 1;
    int place = hash & mask;
    while (table[place] != 0 && !holds(table[place] - 1, hash, parent, salt, text, from)) {
      place = (place + 1) & mask;
    }
    return place;
  }

  private boolean holds(int block, int hash, long parent, String salt, int[] text, int from) {
    int start = block * TOKENS;
    return hashes[block] == hash
        && parents[block] == parent
        && Arrays.equals(tokens, start, start + TOKENS, text, from, from + TOKENS)
        && salt.equals(salts[block]);
  }

  private int hash(long parent, String salt, int[] text, int from) {
    long sum =
        factors[TOKENS] * (int) parent
            + factors[TOKENS + 1] * (int) (parent >>> 32)
            + factors[TOKENS + 2] * salt.hashCode();
    for (int i = 0; i < TOKENS; i++) {
      sum += factors[i] * text[from + i];
    }
    return (int) (sum >>> 32);
  }
}
