package dev.weir.stream;

import dev.weir.proto.v1.Chunk;

/**
 * A chunk that counts, and where it lies.
 *
 * @param cursor its place in the log: to resume from if it is {@code tokens} or {@code image}
 */
public record StreamChunk(Cursor cursor, Chunk chunk) {}
