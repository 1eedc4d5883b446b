package dev.weir.engine;

/**
 * What a loaded model offers.
 *
 * @param vocabulary rows of the output layer
 * @param contextLength most tokens of one sequence, prompt and output together
 * @param slots sequences that can run at the same time
 * @param cacheBlocks cache blocks of {@link LanguageModel#BLOCK_TOKENS} tokens in all
 * @param window a token sees so many, itself the last of them; 0: all before it. The largest of the
 *     layers
 * @param rowInvariant whether the logits of a row depend on its own tokens only, bit for bit: not
 *     on the batch, the chunking or the thread count
 * @param numericsId weights digest, precision, backend and version; models with the same id give
 *     the same tokens
 * @param adapters how many adapters it was loaded with: a slice names one of 1 to so many, or 0
 * @param inputs rows of the embedding: tokens that a prompt may have, those of the vocabulary first
 * @param lookBack how many positions before each token lies another one that its embedding depends
 *     on; 0: on none
 */
public record ModelLimits(
    int vocabulary,
    int contextLength,
    int slots,
    int cacheBlocks,
    int window,
    boolean rowInvariant,
    String numericsId,
    int adapters,
    int inputs,
    int lookBack) {

  /** Most tokens of one sequence that the cache has room for. */
  public int longest() {
    return CacheBudget.longest(contextLength, cacheBlocks, window);
  }

  /** The same for a model whose embedding is larger than its output, or looks back. */
  public ModelLimits reading(int tokens, int before) {
    return new ModelLimits(
        vocabulary,
        contextLength,
        slots,
        cacheBlocks,
        window,
        rowInvariant,
        numericsId,
        adapters,
        tokens,
        before);
  }

  /** A model that reads what it writes, each token alone. */
  public ModelLimits(
      int vocabulary,
      int contextLength,
      int slots,
      int cacheBlocks,
      int window,
      boolean rowInvariant,
      String numericsId,
      int adapters) {
    this(
        vocabulary,
        contextLength,
        slots,
        cacheBlocks,
        window,
        rowInvariant,
        numericsId,
        adapters,
        vocabulary,
        0);
  }

  /** A model without adapters. */
  public ModelLimits(
      int vocabulary,
      int contextLength,
      int slots,
      int cacheBlocks,
      int window,
      boolean rowInvariant,
      String numericsId) {
    this(vocabulary, contextLength, slots, cacheBlocks, window, rowInvariant, numericsId, 0);
  }

  /** A model whose tokens see all before them. */
  public ModelLimits(
      int vocabulary,
      int contextLength,
      int slots,
      int cacheBlocks,
      boolean rowInvariant,
      String numericsId) {
    this(vocabulary, contextLength, slots, cacheBlocks, 0, rowInvariant, numericsId);
  }
}
