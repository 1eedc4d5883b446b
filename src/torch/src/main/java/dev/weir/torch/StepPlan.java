package dev.weir.torch;

import static dev.weir.engine.LanguageModel.BLOCK_TOKENS;

import dev.weir.engine.SequenceSlice;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.LongStream;

/**
 * A step's slices as the flat lists that the program takes.
 *
 * <p>Rows of decoding sequences come first, by length, so that those of similar length make one
 * segment, which attends as one batch; then each longer slice is a segment of its own. A segment is
 * [first row, sequences, tokens of each, lowest position, end of the longest sequence, its place in
 * {@code tables}]. There lie block tables of the sequences, one after the other, all as long as the
 * longest needs; shorter ones repeat their last block, which the mask hides, and so do those that
 * have no block behind their window.
 *
 * @param tokens ids, [rows]
 * @param positions [rows]
 * @param before what lies a model's look back before the tokens, -1 for nothing, [rows]; empty for
 *     one that does not look back
 * @param lengths tokens of the row's sequence after this step, [rows]
 * @param places where keys and values of a row are written: block times 16, plus the place in it,
 *     [rows]
 * @param begun blocks whose first position is written, which are cleared before: what a block held
 *     for another sequence, not-a-numbers even, would else reach the scores behind the mask
 * @param segments [segments x 6]
 * @param tables blocks
 * @param outputs rows that are wanted, in the order of the slices
 */
@SuppressWarnings("ArrayRecordComponent") // made for one call, never compared
record StepPlan(
    long[] tokens,
    long[] positions,
    long[] before,
    long[] lengths,
    long[] places,
    long[] begun,
    long[] segments,
    long[] tables,
    long[] outputs) {

  /**
   * Padding that a segment may have beyond its own cells: one more segment costs about as much as
   * this many cells of attention.
   */
  private static final long FREE_PADDING = 1024;

  static StepPlan of(List<SequenceSlice> slices) {
    int rows = slices.stream().mapToInt(slice -> slice.tokens().length).sum();
    Builder builder = new Builder(rows, slices.size());
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < slices.size(); i++) {
      order.add(i);
    }
    order.sort(
        Comparator.<Integer, Boolean>comparing(i -> slices.get(i).tokens().length > 1)
            .thenComparing(i -> slices.get(i).start()));
    for (int i : order) {
      builder.add(i, slices.get(i));
    }
    return builder.build(slices);
  }

  private static final class Builder {
    private final long[] tokens;
    private final long[] positions;
    private final LongStream.Builder before = LongStream.builder();
    private final long[] lengths;
    private final long[] places;
    private final LongStream.Builder begun = LongStream.builder();
    private final int[] firstRow;
    private final List<Segment> segments = new ArrayList<>();
    private int row;

    Builder(int rows, int slices) {
      tokens = new long[rows];
      positions = new long[rows];
      lengths = new long[rows];
      places = new long[rows];
      firstRow = new int[slices];
    }

    void add(int index, SequenceSlice slice) {
      int n = slice.tokens().length;
      int end = slice.start() + n;
      firstRow[index] = row;
      Segment last = segments.isEmpty() ? null : segments.getLast();
      if (last == null || !last.takes(slice)) {
        last = new Segment(row, n);
        segments.add(last);
      }
      last.add(slice, end);
      for (int i = 0; i < n; i++, row++) {
        int position = slice.start() + i;
        tokens[row] = slice.tokens()[i];
        positions[row] = position;
        if (slice.before().length > 0) {
          before.add(slice.before()[i]);
        }
        lengths[row] = end;
        long block = slice.blocks()[position / BLOCK_TOKENS];
        places[row] = block * BLOCK_TOKENS + position % BLOCK_TOKENS;
        if (position % BLOCK_TOKENS == 0) {
          begun.add(block);
        }
      }
    }

    StepPlan build(List<SequenceSlice> slices) {
      int wanted = slices.stream().mapToInt(slice -> slice.queries().size()).sum();
      long[] outputs = new long[wanted];
      int output = 0;
      for (int i = 0; i < slices.size(); i++) {
        SequenceSlice slice = slices.get(i);
        int rows = slice.queries().size();
        int first = firstRow[i] + slice.tokens().length - rows;
        for (int j = 0; j < rows; j++) {
          outputs[output++] = first + j;
        }
      }
      long[] fields = new long[segments.size() * DecoderProgram.SEGMENT_FIELDS];
      LongStream.Builder tables = LongStream.builder();
      int table = 0;
      for (int i = 0; i < segments.size(); i++) {
        Segment segment = segments.get(i);
        System.arraycopy(
            segment.fields(table),
            0,
            fields,
            i * DecoderProgram.SEGMENT_FIELDS,
            DecoderProgram.SEGMENT_FIELDS);
        table += segment.addTables(tables);
      }
      return new StepPlan(
          tokens,
          positions,
          before.build().toArray(),
          lengths,
          places,
          begun.build().toArray(),
          fields,
          tables.build().toArray(),
          outputs);
    }
  }

  private static final class Segment {
    private final int row;
    private final int tokens;
    private final List<SequenceSlice> slices = new ArrayList<>();
    private long cells;
    private int first = Integer.MAX_VALUE;
    private int end;

    Segment(int row, int tokens) {
      this.row = row;
      this.tokens = tokens;
    }

    /** Whether a slice continues this segment: decoding too, of similar length. */
    boolean takes(SequenceSlice slice) {
      if (tokens > 1 || slice.tokens().length > 1) {
        return false;
      }
      long length = slice.start() + 1L;
      return (slices.size() + 1) * Math.max(end, length) <= 2 * (cells + length) + FREE_PADDING;
    }

    void add(SequenceSlice slice, int newEnd) {
      slices.add(slice);
      cells += newEnd;
      first = Math.min(first, slice.start());
      end = Math.max(end, newEnd);
    }

    long[] fields(int table) {
      return new long[] {row, slices.size(), tokens, first, end, table};
    }

    /** Adds the block tables; returns how many entries they have. */
    int addTables(LongStream.Builder tables) {
      int width = Math.ceilDiv(end, BLOCK_TOKENS);
      for (SequenceSlice slice : slices) {
        int own = Math.ceilDiv(slice.start() + slice.tokens().length, BLOCK_TOKENS);
        for (int i = 0; i < width; i++) {
          int block = slice.blocks()[Math.min(i, own - 1)];
          tables.add(block == SequenceSlice.NO_BLOCK ? slice.blocks()[own - 1] : block);
        }
      }
      return width * slices.size();
    }
  }
}
