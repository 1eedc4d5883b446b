package dev.weir.engine;

import org.jspecify.annotations.Nullable;

/**
 * How an output ended.
 *
 * @param total tokens of output in all
 * @param text what was held back for a stop string and is released by an end without a new token;
 *     mostly empty
 * @param stop the stop string that matched, or the stop token as text; empty otherwise
 * @param error the cause of {@link FinishReason#ERROR}, else null
 */
public record Outcome(
    FinishReason reason,
    long total,
    String text,
    String stop,
    int promptTokens,
    int cachedTokens,
    @Nullable Throwable error) {}
