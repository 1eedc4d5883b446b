package dev.weir.engine;

/**
 * The cache blocks, which are numbers here; the memory behind them is the model's. A block may have
 * several holders, and a full one whose content is published can be found again by its tokens, even
 * after its last holder has left it: until somebody needs the room, the longest unused first.
 *
 * <p>Published blocks form a trie ({@link PrefixIndex}): a key is the content id of the block
 * before and the 16 tokens, compared token by token. Content ids are never used twice, so unlike a
 * chain of hashes a hit is never somebody else's prefix; a block whose predecessor was taken is
 * merely not found any more.
 *
 * <pre>
 *   BLANK --take--> HELD --release--> BLANK (no content)
 *                    ^ '---release--> IDLE  (published) --take another for it--> HELD
 *                    '-----hit--------'
 * </pre>
 */
final class BlockPool {
  /** The content id of the empty prefix. */
  static final long ROOT = 0;

  private final int[] holders;
  // content id of each block; ROOT: none is published
  private final long[] contents;
  private final PrefixIndex published;
  private long lastContent = ROOT;
  // a stack; the lowest numbers lie on top at first, so that memory is used densely
  private final int[] blank;
  private int blankCount;
  // a doubly linked list of the idle blocks, the longest unused first; its ends lie at [blocks]
  private final int[] next;
  private final int[] previous;
  private int idleCount;

  BlockPool(int blocks) {
    holders = new int[blocks];
    contents = new long[blocks];
    published = new PrefixIndex(blocks);
    blank = new int[blocks];
    next = new int[blocks + 1];
    previous = new int[blocks + 1];
    for (int i = 0; i < blocks; i++) {
      blank[i] = blocks - 1 - i;
    }
    blankCount = blocks;
    next[blocks] = blocks;
    previous[blocks] = blocks;
  }

  /** Blocks that hold that many tokens. */
  static int blocksFor(int tokens) {
    return Math.ceilDiv(tokens, LanguageModel.BLOCK_TOKENS);
  }

  int blocks() {
    return holders.length;
  }

  /** Blocks that nobody holds: as many can be taken. */
  int free() {
    return blankCount + idleCount;
  }

  /** Blocks that nobody holds, but whose content can still be found. */
  int idle() {
    return idleCount;
  }

  /** Takes a block, whose content is undefined; the caller has made sure that one is free. */
  int take() {
    int block;
    if (blankCount > 0) {
      block = blank[--blankCount];
    } else if (idleCount > 0) {
      block = next[holders.length];
      unlink(block);
      forget(block);
    } else {
      throw new IllegalStateException("all " + holders.length + " blocks are held");
    }
    holders[block] = 1;
    return block;
  }

  /**
   * Looks for the block that continues a prefix, and holds it.
   *
   * @param parent content id of the prefix
   * @param salt what separates those who must not find each other's blocks
   * @param tokens of which {@link LanguageModel#BLOCK_TOKENS} from {@code from} are compared
   * @return the block, or -1
   */
  int hit(long parent, String salt, int[] tokens, int from) {
    int found = published.find(parent, salt, tokens, from);
    if (found >= 0 && holders[found]++ == 0) {
      unlink(found);
    }
    return found;
  }

  /**
   * Makes a full block findable, unless the same content is already.
   *
   * @return the content id of the prefix that it ends
   */
  long publish(int block, long parent, String salt, int[] tokens, int from) {
    if (holders[block] == 0 || contents[block] != ROOT) {
      throw new IllegalStateException("block " + block + " cannot be published");
    }
    int same = published.putIfAbsent(block, parent, salt, tokens, from);
    if (same >= 0) {
      return contents[same];
    }
    contents[block] = ++lastContent;
    return lastContent;
  }

  /** The content id of a published block. */
  long content(int block) {
    return contents[block];
  }

  /** One holder leaves a block. Of a sequence the last block goes first: prefixes stay longest. */
  void release(int block) {
    if (holders[block] == 0) {
      throw new IllegalStateException("block " + block + " is free already");
    }
    if (--holders[block] > 0) {
      return;
    }
    if (contents[block] == ROOT) {
      blank[blankCount++] = block;
    } else {
      append(block);
    }
  }

  /** A block that only one holds has a wrong content: it is not found any more. */
  void spoil(int block) {
    if (holders[block] == 1 && contents[block] != ROOT) {
      forget(block);
    }
  }

  private void forget(int block) {
    published.remove(block);
    contents[block] = ROOT;
  }

  private void append(int block) {
    int end = holders.length;
    int last = previous[end];
    next[last] = block;
    previous[block] = last;
    next[block] = end;
    previous[end] = block;
    idleCount++;
  }

  private void unlink(int block) {
    next[previous[block]] = next[block];
    previous[next[block]] = previous[block];
    idleCount--;
  }
}
