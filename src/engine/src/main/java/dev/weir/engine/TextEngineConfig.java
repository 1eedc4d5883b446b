package dev.weir.engine;

/**
 * Limits of a text engine.
 *
 * @param stepTokens most tokens that one step computes, over all sequences; at least one for each
 *     slot. A long prompt is computed in chunks of what the running outputs leave of it
 * @param maxWaiting requests that may wait for a slot; more are rejected
 * @param maxWaitingTokens tokens that their prompts may have together; more are rejected, but a
 *     single request is always taken
 * @param stripLeadingSpace drops one space at the beginning of each output, for tokenizers that
 *     write the first word of a text with one
 * @param speculation whether outputs are guessed ahead from what they repeat, where that pays; only
 *     with a model whose rows are invariant, for only then it changes nothing else
 */
public record TextEngineConfig(
    int stepTokens,
    int maxWaiting,
    int maxWaitingTokens,
    boolean stripLeadingSpace,
    boolean speculation) {
  /** 512 tokens keep a step of a small model on a CPU in the tens of milliseconds. */
  public static final TextEngineConfig DEFAULT =
      new TextEngineConfig(512, 64, 1 << 18, false, true);

  public TextEngineConfig {
    if (stepTokens < 1 || maxWaiting < 0 || maxWaitingTokens < 0) {
      throw new IllegalArgumentException(
          "a step needs tokens and a queue is not negative: %d, %d, %d"
              .formatted(stepTokens, maxWaiting, maxWaitingTokens));
    }
  }
}
