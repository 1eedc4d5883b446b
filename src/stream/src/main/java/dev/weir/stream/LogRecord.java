package dev.weir.stream;

import dev.weir.proto.v1.Chunk;

/**
 * One record of the chunk log.
 *
 * @param appendMs when the broker appended it, milliseconds since 1970 (UTC)
 */
public record LogRecord(int partition, long offset, long appendMs, Chunk chunk) {}
