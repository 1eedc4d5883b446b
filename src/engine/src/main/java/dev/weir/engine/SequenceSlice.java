package dev.weir.engine;

import java.util.List;

/**
 * The tokens of one sequence that one step computes.
 *
 * @param start position of the first of {@code tokens}; what lies before it is in the cache
 * @param tokens ids, [n], n at least 1
 * @param blocks block table of the sequence: block i holds positions 16 i to 16 i + 15; covers
 *     start + n positions. Blocks before the one of {@code start} may belong to other sequences
 *     too, those that the tokens are written to do not; {@link #NO_BLOCK} where no token of the
 *     slice sees the positions, behind a sliding window
 * @param queries what is wanted of the last tokens, one for each, in their order; none while a
 *     prompt is not at its end
 * @param adapter which of the model's adapters computes it, see {@link ModelLimits#adapters}; 0:
 *     the model as it is
 * @param before for each of the tokens the id that lies {@link ModelLimits#lookBack} positions
 *     before it in the sequence, {@link #NO_TOKEN} where that is before its beginning, [n]; empty
 *     for a model that does not look back
 */
@SuppressWarnings("ArrayRecordComponent") // the engine's own arrays, never compared
public record SequenceSlice(
    int start, int[] tokens, int[] blocks, List<LogitsQuery> queries, int adapter, int[] before) {
  /** In a block table: there is none. */
  public static final int NO_BLOCK = -1;

  /** Before the beginning of a sequence. */
  public static final int NO_TOKEN = -1;

  private static final int[] NOTHING = {};

  /** A slice for a model that does not look back. */
  public SequenceSlice(
      int start, int[] tokens, int[] blocks, List<LogitsQuery> queries, int adapter) {
    this(start, tokens, blocks, queries, adapter, NOTHING);
  }

  /** A slice of the model as it is. */
  public SequenceSlice(int start, int[] tokens, int[] blocks, List<LogitsQuery> queries) {
    this(start, tokens, blocks, queries, 0);
  }
}
