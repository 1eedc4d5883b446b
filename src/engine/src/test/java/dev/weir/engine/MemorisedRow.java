package dev.weir.engine;

import java.util.Arrays;
import java.util.stream.IntStream;

/** The one row of an output, with what costs time to compute kept for many draws. */
final class MemorisedRow implements StepOutput {
  private final TestingStepOutput row;
  private final int[] ids = new int[LogitsQuery.MAX_CANDIDATES];
  private final float[] logits = new float[LogitsQuery.MAX_CANDIDATES];
  private final int candidates;
  private final double logNormalizer;
  // tokens that are no candidates, and their probabilities, added up
  private final int[] others;
  private final double[] sums;

  MemorisedRow(TestingStepOutput row) {
    this.row = row;
    candidates = row.candidates(0, ids, logits);
    logNormalizer = row.logNormalizer(0);
    int vocabulary = row.vocabulary();
    others =
        IntStream.range(0, vocabulary)
            .filter(id -> IntStream.of(ids).limit(candidates).noneMatch(best -> best == id))
            .toArray();
    sums = IntStream.of(others).mapToDouble(id -> row.probability(0, id)).toArray();
    Arrays.parallelPrefix(sums, Double::sum);
  }

  @Override
  public int rows() {
    return 1;
  }

  @Override
  public int argMax(int index) {
    return row.argMax(index);
  }

  @Override
  public int candidates(int index, int[] intoIds, float[] intoLogits) {
    System.arraycopy(ids, 0, intoIds, 0, candidates);
    System.arraycopy(logits, 0, intoLogits, 0, candidates);
    return candidates;
  }

  @Override
  public double logNormalizer(int index) {
    return logNormalizer;
  }

  @Override
  public double entropy(int index) {
    return row.entropy(index);
  }

  @Override
  public int tail(int index, double mass) {
    int at = Arrays.binarySearch(sums, mass);
    return others[Math.min(others.length - 1, at < 0 ? -at - 1 : at + 1)];
  }

  @Override
  public double logprob(int index, int id) {
    return row.logprob(index, id);
  }

  @Override
  public int alternatives(int index, int n, int[] into) {
    return row.alternatives(index, n, into);
  }

  @Override
  public void logits(int index, float[] into) {
    row.logits(index, into);
  }
}
