package dev.weir.torch;

import dev.weir.engine.SequenceSlice;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * A step's slices as the flat lists that the program takes.
 *
 * <p>Rows of decoding sequences come first, by slot, so that neighbours in the cache make one
 * segment, which attends as one batch; then each longer slice is a segment of its own. A segment is
 * [first row, sequences, tokens of each, first slot, lowest position, end of the longest sequence].
 *
 * @param tokens ids, [rows]
 * @param positions [rows]
 * @param lengths tokens of the row's sequence after this step, [rows]
 * @param slots [rows]
 * @param segments [segments x 6]
 * @param outputs rows that are wanted, in the order of the slices
 * @param logits indices into {@code outputs} of those whose logits are wanted
 */
@SuppressWarnings("ArrayRecordComponent") // made for one call, never compared
record StepPlan(
    long[] tokens,
    long[] positions,
    long[] lengths,
    long[] slots,
    long[] segments,
    long[] outputs,
    long[] logits) {

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
            .thenComparing(i -> slices.get(i).slot()));
    for (int i : order) {
      builder.add(i, slices.get(i));
    }
    return builder.build(slices);
  }

  private static final class Builder {
    private final long[] tokens;
    private final long[] positions;
    private final long[] lengths;
    private final long[] slots;
    private final int[] firstRow;
    private final List<Segment> segments = new ArrayList<>();
    private int row;

    Builder(int rows, int slices) {
      tokens = new long[rows];
      positions = new long[rows];
      lengths = new long[rows];
      slots = new long[rows];
      firstRow = new int[slices];
    }

    void add(int index, SequenceSlice slice) {
      int n = slice.tokens().length;
      int end = slice.start() + n;
      firstRow[index] = row;
      Segment last = segments.isEmpty() ? null : segments.getLast();
      if (last == null || !last.takes(slice)) {
        last = new Segment(row, n, slice.slot());
        segments.add(last);
      }
      last.add(slice.start(), end);
      for (int i = 0; i < n; i++, row++) {
        tokens[row] = slice.tokens()[i];
        positions[row] = slice.start() + i;
        lengths[row] = end;
        slots[row] = slice.slot();
      }
    }

    StepPlan build(List<SequenceSlice> slices) {
      int wanted = slices.stream().mapToInt(SequenceSlice::outputs).sum();
      long[] outputs = new long[wanted];
      long[] logits = new long[wanted];
      int output = 0;
      int whole = 0;
      for (int i = 0; i < slices.size(); i++) {
        SequenceSlice slice = slices.get(i);
        int first = firstRow[i] + slice.tokens().length - slice.outputs();
        for (int j = 0; j < slice.outputs(); j++) {
          if (slice.logits()) {
            logits[whole++] = output;
          }
          outputs[output++] = first + j;
        }
      }
      return new StepPlan(
          tokens,
          positions,
          lengths,
          slots,
          segments.stream().flatMapToLong(segment -> Arrays.stream(segment.fields())).toArray(),
          outputs,
          Arrays.copyOf(logits, whole));
    }
  }

  private static final class Segment {
    private final int row;
    private final int tokens;
    private final int slot;
    private int sequences;
    private long cells;
    private int first = Integer.MAX_VALUE;
    private int end;

    Segment(int row, int tokens, int slot) {
      this.row = row;
      this.tokens = tokens;
      this.slot = slot;
    }

    /** Whether a slice continues this segment: the next slot, decoding too, of similar length. */
    boolean takes(SequenceSlice slice) {
      if (tokens > 1 || slice.tokens().length > 1 || slice.slot() != slot + sequences) {
        return false;
      }
      long length = slice.start() + 1L;
      return (sequences + 1) * Math.max(end, length) <= 2 * (cells + length) + FREE_PADDING;
    }

    void add(int start, int newEnd) {
      sequences++;
      cells += newEnd;
      first = Math.min(first, start);
      end = Math.max(end, newEnd);
    }

    long[] fields() {
      return new long[] {row, sequences, tokens, slot, first, end};
    }
  }
}
