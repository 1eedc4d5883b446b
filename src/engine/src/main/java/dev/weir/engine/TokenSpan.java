package dev.weir.engine;

import java.time.Instant;
import java.util.List;

/**
 * Consecutive tokens of an output.
 *
 * @param firstIndex position of the first in the output, from 0
 * @param ids [n]
 * @param text what these tokens release: never half a character, never part of a stop string. What
 *     is released after k tokens is a function of those tokens and the stop strings alone, however
 *     they were cut into spans
 * @param logprobs one for each id if asked for, else empty
 * @param born when the first of them was made
 * @param promptTokens length of the prompt
 * @param cachedTokens how many of the prompt were found in the cache
 */
@SuppressWarnings("ArrayRecordComponent") // handed over once, never compared
public record TokenSpan(
    long firstIndex,
    int[] ids,
    String text,
    List<TokenLogprob> logprobs,
    Instant born,
    int promptTokens,
    int cachedTokens) {

  /**
   * Natural logarithm of a token's probability, and of the most probable alternatives, best first.
   */
  public record TokenLogprob(int id, float logprob, List<TopLogprob> top) {}

  /** One alternative. */
  public record TopLogprob(int id, float logprob) {}
}
