package dev.weir.torch;

import dev.weir.engine.LanguageModel;
import dev.weir.engine.LogitsQuery;
import dev.weir.engine.SequenceSlice;
import dev.weir.engine.StepOutput;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/** What a model makes of every position of a given sequence. */
public final class SequenceScorer {
  /** Logits that one chunk brings into Java at most: 16 MiB. */
  private static final int MOST_LOGITS = 1 << 22;

  private SequenceScorer() {}

  /**
   * Scores of the positions of a sequence of n tokens.
   *
   * @param argMax most probable next token, [n]
   * @param logSumExp natural logarithm of the sum of the exponentials of the logits, [n]
   * @param logprobs of each token but the first, given those before it, [n - 1]; minus infinity for
   *     what is no output but of prompts alone
   * @param lastLogits after the last token, [vocabulary]
   */
  @SuppressWarnings("ArrayRecordComponent") // results, never compared
  public record Scores(int[] argMax, double[] logSumExp, double[] logprobs, float[] lastLogits) {}

  /** Receives one row of logits: those after the token at {@code position}. */
  @FunctionalInterface
  public interface RowVisitor {
    /**
     * Called in the order of positions.
     *
     * @param rows one row of each model, in their order, [models][vocabulary]; reused
     */
    void onRow(int position, int[] argMax, float[][] rows);
  }

  /** Scores a sequence; it overwrites the first blocks of the model's cache. */
  public static Scores score(LanguageModel model, int[] tokens) {
    Scores scores =
        new Scores(
            new int[tokens.length],
            new double[tokens.length],
            new double[tokens.length - 1],
            new float[model.limits().vocabulary()]);
    visit(
        List.of(model),
        tokens,
        (position, argMax, rows) -> {
          float[] row = rows[0];
          scores.argMax[position] = argMax[0];
          scores.logSumExp[position] = logSumExp(row);
          if (position + 1 < tokens.length) {
            int next = tokens[position + 1];
            scores.logprobs[position] =
                next < row.length
                    ? row[next] - scores.logSumExp[position]
                    : Double.NEGATIVE_INFINITY;
          } else {
            System.arraycopy(row, 0, scores.lastLogits, 0, row.length);
          }
        });
    return scores;
  }

  /** Runs the same sequence through models of the same vocabulary, chunk by chunk. */
  public static void visit(List<LanguageModel> models, int[] tokens, RowVisitor visitor) {
    int vocabulary = models.getFirst().limits().vocabulary();
    int step = Math.max(1, MOST_LOGITS / vocabulary);
    float[][] rows = new float[models.size()][vocabulary];
    int[] argMax = new int[models.size()];
    int[] blocks =
        IntStream.range(0, Math.ceilDiv(tokens.length, LanguageModel.BLOCK_TOKENS)).toArray();
    for (int start = 0; start < tokens.length; start += step) {
      int n = Math.min(step, tokens.length - start);
      int[] chunk = Arrays.copyOfRange(tokens, start, start + n);
      SequenceSlice slice =
          new SequenceSlice(
              start,
              chunk,
              blocks,
              Collections.nCopies(n, LogitsQuery.WHOLE),
              0,
              before(tokens, start, n, models.getFirst().limits().lookBack()));
      List<StepOutput> outputs = models.stream().map(model -> model.step(List.of(slice))).toList();
      for (int row = 0; row < n; row++) {
        for (int model = 0; model < rows.length; model++) {
          outputs.get(model).logits(row, rows[model]);
          argMax[model] = outputs.get(model).argMax(row);
        }
        visitor.onRow(start + row, argMax, rows);
      }
    }
  }

  private static int[] before(int[] tokens, int start, int n, int lookBack) {
    int[] before = new int[lookBack == 0 ? 0 : n];
    for (int i = 0; i < before.length; i++) {
      int place = start + i - lookBack;
      before[i] = place < 0 ? SequenceSlice.NO_TOKEN : tokens[place];
    }
    return before;
  }

  /** The logarithm of a softmax's denominator, in float64. */
  static double logSumExp(float[] logits) {
    float largest = Float.NEGATIVE_INFINITY;
    for (float logit : logits) {
      largest = Math.max(largest, logit);
    }
    double sum = 0;
    for (float logit : logits) {
      sum += Math.exp(logit - largest);
    }
    return largest + Math.log(sum);
  }
}
