package dev.weir.engine;

import java.util.List;

/**
 * A text model on a device: the only seam between the engine and what computes.
 *
 * <p>The engine owns the cache as numbers (blocks of {@link #BLOCK_TOKENS} tokens); an
 * implementation owns the memory behind them, and a block keeps its content until it is written
 * again. Every method is called by one thread, the engine's.
 */
public interface LanguageModel extends AutoCloseable {
  /** Tokens in one cache block. */
  int BLOCK_TOKENS = 16;

  ModelLimits limits();

  /**
   * Computes the next tokens of some sequences, writes their keys and values into the cache and
   * returns what was asked for. A slice may be a whole prompt, a part of one, or the one token of a
   * decoding sequence; all of them run in one call.
   *
   * @param slices at most one for each sequence and {@link ModelLimits#slots} of them, at least one
   *     token each
   * @return as many rows as the slices ask for ({@link SequenceSlice#outputs}), in their order;
   *     valid until the next step
   */
  StepOutput step(List<SequenceSlice> slices);

  @Override
  void close();
}
