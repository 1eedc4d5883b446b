package dev.weir.engine;

/**
 * How many cache blocks there are, and how long a sequence may be.
 *
 * @param context most tokens of one sequence
 * @param blocks of {@link LanguageModel#BLOCK_TOKENS} tokens
 */
public record CacheBudget(int context, int blocks) {
  /** The other half is for activations, the Java heap and other processes. */
  private static final double SHARE = 0.5;

  private static final int LEAST_CONTEXT = 16;

  /**
   * Chooses both.
   *
   * @param slots sequences at the same time
   * @param maxContext most tokens of one sequence; 0: the model's own, or as many as memory holds
   * @param kvMemory most bytes of the cache; 0: half of what is free
   * @param modelContext positions that the model was made for
   * @param window a token sees so many, see {@link ModelLimits#window}; 0: all before it
   * @param bytesPerToken keys and values of one position
   * @param availableBytes memory that is free
   * @return blocks for as many sequences of {@code maxContext} (else of the model's) as there are
   *     slots, or as many as the memory holds that may be used
   * @throws IllegalArgumentException if not even one sequence fits; the message says how much it
   *     would take
   */
  public static CacheBudget of(
      int slots,
      int maxContext,
      long kvMemory,
      int modelContext,
      int window,
      long bytesPerToken,
      long availableBytes) {
    if (maxContext > modelContext) {
      throw new IllegalArgumentException(
          "maxContext is %d, the model was made for %d positions"
              .formatted(maxContext, modelContext));
    }
    long share = (long) (availableBytes * SHARE);
    if (kvMemory > availableBytes) {
      throw new IllegalArgumentException(
          "kvMemory is %,d bytes, but only %,d bytes of memory are free"
              .formatted(kvMemory, availableBytes));
    }
    long budget = kvMemory > 0 ? kvMemory : share;
    long fits = budget / (bytesPerToken * LanguageModel.BLOCK_TOKENS);
    int wanted = maxContext == 0 ? Math.min(modelContext, LEAST_CONTEXT) : maxContext;
    int context = longest(maxContext == 0 ? modelContext : maxContext, fits, window);
    if (context < wanted) {
      int needed =
          window == 0
              ? wanted
              : Math.min(wanted, windowBlocks(window) * LanguageModel.BLOCK_TOKENS);
      throw new IllegalArgumentException(
          ("a sequence of %d tokens needs %,d bytes of cache, %,d bytes of memory are left for it;"
                  + " lower maxContext or raise kvMemory")
              .formatted(wanted, needed * bytesPerToken, budget));
    }
    long useful = (long) slots * Math.ceilDiv(context, LanguageModel.BLOCK_TOKENS);
    return new CacheBudget(context, (int) Math.min(Math.min(fits, useful), Integer.MAX_VALUE));
  }

  /** Most tokens of a sequence that blocks have room for, up to {@code most}. */
  static int longest(int most, long blocks, int window) {
    boolean any = window > 0 && blocks >= windowBlocks(window);
    return any ? most : (int) Math.min(most, blocks * LanguageModel.BLOCK_TOKENS);
  }

  /** With so many a sequence gets on, however long: those behind the window are left. */
  private static int windowBlocks(int window) {
    return BlockPool.blocksFor(window) + 2;
  }
}
