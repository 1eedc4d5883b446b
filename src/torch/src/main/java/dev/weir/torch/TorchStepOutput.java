package dev.weir.torch;

import ai.djl.ndarray.NDList;
import dev.weir.engine.LogitsQuery;
import dev.weir.engine.StepOutput;
import java.util.Arrays;
import java.util.List;

/** Results of a step; what they leave out is asked of the module, which keeps the rows. */
final class TorchStepOutput implements StepOutput {
  private static final int NONE = -1;

  private final TorchModule module;
  private final List<LogitsQuery> queries;
  private final int vocabulary;
  private final int[] argMax;
  // place of a row among those of which more than the arg max is wanted, and among the reported
  private final int[] sampled;
  private final int[] reported;
  // [S x k]
  private final float[] bestLogits;
  private final long[] bestIds;
  private final int k;
  // [S]
  private final float[] normalizers;
  private final float[] entropies;
  // [reported x most]
  private final long[] likelyIds;
  private final float[] likelyLogprobs;
  private final int most;
  private boolean closed;

  /**
   * Copies results.
   *
   * @param results of {@link LogitsProgram}; empty if no row was wanted
   */
  TorchStepOutput(
      TorchModule module,
      NDList results,
      LogitsPlan plan,
      List<LogitsQuery> queries,
      int vocabulary) {
    this.module = module;
    this.queries = queries;
    this.vocabulary = vocabulary;
    argMax = new int[queries.size()];
    if (!results.isEmpty()) {
      long[] best = results.get(0).toLongArray();
      boolean[] finite = results.get(1).toBooleanArray();
      for (int row = 0; row < argMax.length; row++) {
        argMax[row] = finite[row] ? (int) best[row] : NONE;
      }
    }
    sampled = new int[argMax.length];
    reported = new int[argMax.length];
    Arrays.fill(sampled, NONE);
    Arrays.fill(reported, NONE);
    for (int i = 0; i < plan.sampled().length; i++) {
      sampled[(int) plan.sampled()[i]] = i;
    }
    for (int i = 0; i < plan.reported().length; i++) {
      reported[(int) plan.sampled()[(int) plan.reported()[i]]] = i;
    }
    k = plan.candidates();
    bestLogits = floats(results, 2);
    bestIds = longs(results, 3);
    normalizers = floats(results, 4);
    entropies = floats(results, 5);
    likelyIds = longs(results, 6);
    likelyLogprobs = floats(results, 7);
    most = plan.reported().length == 0 ? 0 : likelyIds.length / plan.reported().length;
    sortTies();
  }

  private static float[] floats(NDList results, int index) {
    return index < results.size() ? results.get(index).toFloatArray() : new float[0];
  }

  private static long[] longs(NDList results, int index) {
    return index < results.size() ? results.get(index).toLongArray() : new long[0];
  }

  /** libtorch leaves the order of equal logits open. */
  private void sortTies() {
    for (int i = 0; i < bestIds.length; i++) {
      for (int j = i;
          j % k > 0 && bestLogits[j] == bestLogits[j - 1] && bestIds[j] < bestIds[j - 1];
          j--) {
        long id = bestIds[j];
        bestIds[j] = bestIds[j - 1];
        bestIds[j - 1] = id;
      }
    }
  }

  @Override
  public int rows() {
    return argMax.length;
  }

  @Override
  public int argMax(int row) {
    return argMax[row];
  }

  @Override
  public int candidates(int row, int[] ids, float[] logits) {
    int place = place(row);
    int count = Math.min(queries.get(row).candidates(), k);
    for (int i = 0; i < count; i++) {
      ids[i] = (int) bestIds[place * k + i];
      logits[i] = bestLogits[place * k + i];
    }
    return count;
  }

  @Override
  public double logNormalizer(int row) {
    return normalizers[place(row)];
  }

  @Override
  public double entropy(int row) {
    int place = place(row);
    if (!queries.get(row).entropy()) {
      throw new IllegalStateException("the entropy of row " + row + " was not asked for");
    }
    return entropies[place];
  }

  @Override
  public int tail(int row, double mass) {
    checkOpen();
    int place = place(row);
    int count = Math.min(queries.get(row).candidates(), k);
    return (int) module.runForLong("tail", place, count, mass);
  }

  @Override
  public double logprob(int row, int id) {
    int place = reported(row);
    for (int i = place * most; i < (place + 1) * most; i++) {
      if (likelyIds[i] == id) {
        return likelyLogprobs[i];
      }
    }
    checkOpen();
    return module.runForDouble("logprob", place, id);
  }

  @Override
  public int alternatives(int row, int n, int[] ids) {
    int place = reported(row);
    int count = Math.min(n, most);
    for (int i = 0; i < count; i++) {
      ids[i] = (int) likelyIds[place * most + i];
    }
    return count;
  }

  @Override
  public void logits(int row, float[] into) {
    checkOpen();
    int place = place(row);
    if (into.length != vocabulary) {
      throw new IllegalArgumentException(
          "room for %d logits, there are %d".formatted(into.length, vocabulary));
    }
    module.readFloats(into, "row", place);
  }

  private int place(int row) {
    if (sampled[row] == NONE) {
      throw new IllegalStateException("row " + row + " was asked for its arg max alone");
    }
    return sampled[row];
  }

  private int reported(int row) {
    if (reported[row] == NONE) {
      throw new IllegalStateException("log-probabilities of row " + row + " were not asked for");
    }
    return reported[row];
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException("the output of a step is valid until the next step");
    }
  }

  /** The module forgets the rows. */
  void close() {
    closed = true;
  }
}
