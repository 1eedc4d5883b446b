package dev.weir.engine;

import java.time.Instant;

/**
 * One request for text, tokenised.
 *
 * @param id names the request in logs and in cancel
 * @param prompt token ids, [n], n at least 1
 * @param seed position i of the output draws its number from (seed, i) alone
 * @param deadline after which the request is stopped with {@link FinishReason#DEADLINE}
 */
@SuppressWarnings("ArrayRecordComponent") // handed over once, never compared
public record TextRequest(
    String id, int[] prompt, SamplingParameters sampling, long seed, Instant deadline) {}
