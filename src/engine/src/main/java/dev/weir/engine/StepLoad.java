package dev.weir.engine;

/**
 * What a step has to compute, as far as its time depends on it. The positions are those that tokens
 * attend to, so a token at position p counts p of them, or the sliding window if that is less.
 *
 * @param outputs sequences that get one token of output or more
 * @param outputPositions of the first token of each of those, added up
 * @param drafts further rows of outputs
 * @param promptTokens of prompts, and of outputs that are computed again
 * @param promptPositions of all those tokens, added up
 */
record StepLoad(
    int outputs, long outputPositions, int drafts, int promptTokens, long promptPositions) {
  /** A step of nothing but prompts. */
  static StepLoad ofPrompt(int tokens, long positions) {
    return new StepLoad(0, 0, 0, tokens, positions);
  }

  /** The outputs alone, without drafts and prompts. */
  StepLoad outputsAlone() {
    return new StepLoad(outputs, outputPositions, 0, 0, 0);
  }
}
