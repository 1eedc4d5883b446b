package dev.weir.bench.text;

import dev.weir.engine.LanguageModel;
import dev.weir.engine.LogitsQuery;
import dev.weir.engine.ModelLimits;
import dev.weir.engine.SequenceSlice;
import dev.weir.engine.StepOutput;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A model whose next token hangs on the sum of all tokens before it, which its cache keeps. */
final class TestingModel implements LanguageModel {
  static final int VOCABULARY = 16;

  private static final int BLOCKS = 256;

  // the token at each place of the cache
  private final int[] cache = new int[BLOCKS * BLOCK_TOKENS];
  private final int slots;
  private int largestStep;
  private boolean closed;

  TestingModel(int slots) {
    this.slots = slots;
  }

  /** Sequences of the step that had most. */
  int largestStep() {
    return largestStep;
  }

  /** The logits behind a sequence: log-probabilities up to a constant. */
  static float[] logits(int sum) {
    float[] row = new float[VOCABULARY];
    for (int id = 0; id < VOCABULARY; id++) {
      row[id] = (sum + 3 * id) % VOCABULARY / 4f;
    }
    return row;
  }

  @Override
  public ModelLimits limits() {
    return new ModelLimits(VOCABULARY, 1024, slots, BLOCKS, true, "testing");
  }

  @Override
  public StepOutput step(List<SequenceSlice> slices) {
    largestStep = Math.max(largestStep, slices.size());
    List<float[]> rows = new ArrayList<>();
    for (SequenceSlice slice : slices) {
      List<LogitsQuery> queries = slice.queries();
      for (int i = 0; i < slice.tokens().length; i++) {
        int position = slice.start() + i;
        cache[place(slice, position)] = slice.tokens()[i];
        if (i >= slice.tokens().length - queries.size()) {
          int sum = 0;
          for (int before = 0; before <= position; before++) {
            sum += cache[place(slice, before)];
          }
          rows.add(logits(sum));
        }
      }
    }
    return new Rows(rows);
  }

  private static int place(SequenceSlice slice, int position) {
    return slice.blocks()[position / BLOCK_TOKENS] * BLOCK_TOKENS + position % BLOCK_TOKENS;
  }

  @Override
  public void close() {
    closed = true;
  }

  boolean closed() {
    return closed;
  }

  /** Arg max and whole rows only: nobody here asks for more. */
  private record Rows(List<float[]> logits) implements StepOutput {
    @Override
    public int rows() {
      return logits.size();
    }

    @Override
    public int argMax(int row) {
      int best = 0;
      for (int id = 1; id < VOCABULARY; id++) {
        best = logits.get(row)[id] > logits.get(row)[best] ? id : best;
      }
      return best;
    }

    @Override
    public void logits(int row, float[] into) {
      System.arraycopy(logits.get(row), 0, into, 0, into.length);
    }

    @Override
    public int candidates(int row, int[] ids, float[] best) {
      throw new UnsupportedOperationException(Arrays.toString(ids));
    }

    @Override
    public double logNormalizer(int row) {
      throw new UnsupportedOperationException("row " + row);
    }

    @Override
    public double entropy(int row) {
      throw new UnsupportedOperationException("row " + row);
    }

    @Override
    public int tail(int row, double mass) {
      throw new UnsupportedOperationException("row " + row);
    }

    @Override
    public double logprob(int row, int id) {
      throw new UnsupportedOperationException("row " + row);
    }

    @Override
    public int alternatives(int row, int n, int[] ids) {
      throw new UnsupportedOperationException("row " + row);
    }
  }
}
