package dev.weir.engine;

/**
 * Hears what the engine does, to count it. Called by the engine's thread, which it must not block.
 * All times are nanoseconds.
 */
public interface EngineMetrics {
  /** Counts nothing. */
  EngineMetrics NONE = new EngineMetrics() {};

  /**
   * How full the engine is, after every change.
   *
   * @param running sequences with a slot
   * @param waiting sequences without one
   * @param cacheUse share of the cache blocks that a sequence holds, 0 to 1
   */
  default void onLoad(int running, int waiting, double cacheUse) {}

  /**
   * A step of the model.
   *
   * @param tokens that were computed, of prompts and of outputs
   * @param sequences that took part
   */
  default void onStep(int tokens, int sequences, long nanos) {}

  /**
   * A request was admitted.
   *
   * @param tokens of its prompt, and of the output that earlier attempts had emitted
   * @param found how many of them were in the cache
   */
  default void onPrefix(int tokens, int found) {}

  /** The cache was full: a request gave up its blocks and waits again. */
  default void onPreemption(String requestId) {}

  /**
   * An output was guessed ahead.
   *
   * @param tokens of the draft
   * @param right how many of them, from the first, were what was drawn
   */
  default void onDraft(int tokens, int right) {}

  /** The first new token of a request, {@code nanos} after it was submitted. */
  default void onFirstToken(int promptTokens, long nanos) {}

  /** A further token of a request, {@code nanos} after the one before. */
  default void onNextToken(long nanos) {}

  /** A request ended, for whatever reason; not called for one that was abandoned. */
  default void onFinished(RequestSummary summary) {}

  /**
   * Something of ours went wrong: a step, a sampler or a listener threw. The engine lives on.
   *
   * @param fault a {@link NonFiniteLogits} if the model computed nothing to draw from
   */
  default void onFault(String requestId, Throwable fault) {}

  /**
   * One request, looked back on.
   *
   * @param generatedTokens new ones, without those that earlier attempts had emitted
   * @param queueNanos from submission to a slot
   * @param prefillNanos from a slot to the first new token; 0 if there was none
   * @param decodeNanos from the first new token to the last
   * @param totalNanos from submission to the end
   */
  record RequestSummary(
      FinishReason reason,
      int promptTokens,
      int maxTokens,
      int generatedTokens,
      long queueNanos,
      long prefillNanos,
      long decodeNanos,
      long totalNanos) {}
}
