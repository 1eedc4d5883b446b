package dev.weir.engine;

/**
 * The tokens of one sequence that one step computes.
 *
 * @param start position of the first of {@code tokens}; what lies before it is in the cache
 * @param tokens ids, [n], n at least 1
 * @param blocks block table of the sequence: block i holds positions 16 i to 16 i + 15; covers
 *     start + n positions. Blocks before the one of {@code start} may belong to other sequences
 *     too, those that the tokens are written to do not
 * @param outputs how many rows are wanted, for the last {@code outputs} of the tokens; 0 while a
 *     prompt is not at its end
 * @param logits whether whole rows of logits are wanted rather than their arg max alone
 */
@SuppressWarnings("ArrayRecordComponent") // the engine's own arrays, never compared
public record SequenceSlice(int start, int[] tokens, int[] blocks, int outputs, boolean logits) {}
