package dev.weir.torch;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import dev.weir.engine.StepOutput;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Results of a step, in native memory until closed. */
final class TorchStepOutput implements StepOutput, AutoCloseable {
  private static final int NO_LOGITS = -1;

  private final NDManager scope;
  private final long[] argMax;
  private final int[] logitsRow;
  private final int vocabulary;
  private final @Nullable FloatBuffer logits;
  private boolean closed;

  /**
   * Takes over results.
   *
   * @param scope owns {@code results}; closed with this
   * @param results nothing; or arg max [rows] and whether its logit is finite [rows, 1]; or those
   *     and logits [whole rows, vocabulary]
   */
  TorchStepOutput(NDManager scope, NDList results, StepPlan plan, int vocabulary) {
    this.scope = scope;
    this.vocabulary = vocabulary;
    this.argMax = results.isEmpty() ? new long[0] : results.get(0).toLongArray();
    boolean[] finite = results.isEmpty() ? new boolean[0] : results.get(1).toBooleanArray();
    for (int i = 0; i < argMax.length; i++) {
      if (!finite[i]) {
        argMax[i] = -1;
      }
    }
    this.logitsRow = new int[argMax.length];
    Arrays.fill(logitsRow, NO_LOGITS);
    for (int i = 0; i < plan.logits().length; i++) {
      logitsRow[(int) plan.logits()[i]] = i;
    }
    // A view of libtorch's memory: rows are copied only when somebody asks for them.
    this.logits =
        results.size() < 3
            ? null
            : results.get(2).toByteBuffer(true).order(ByteOrder.nativeOrder()).asFloatBuffer();
  }

  @Override
  public int rows() {
    return argMax.length;
  }

  @Override
  public int argMax(int row) {
    return (int) argMax[row];
  }

  @Override
  public void logits(int row, float[] into) {
    if (closed) {
      throw new IllegalStateException("the output of a step is valid until the next step");
    }
    int index = logitsRow[row];
    if (index == NO_LOGITS || logits == null) {
      throw new IllegalStateException("the slice of row " + row + " did not ask for logits");
    }
    if (into.length != vocabulary) {
      throw new IllegalArgumentException(
          "room for %d logits, there are %d".formatted(into.length, vocabulary));
    }
    logits.get(index * vocabulary, into);
  }

  @Override
  public void close() {
    closed = true;
    scope.close();
  }
}
