package dev.weir.torch;

import dev.weir.engine.LanguageModel;
import java.util.List;

/**
 * What a model loses against a reference on given text.
 *
 * @param tokens how many tokens were predicted
 * @param referencePerplexity exp of the reference's mean negative log-likelihood
 * @param perplexity the same of the model
 * @param klDivergence mean of KL(reference || model) over the next-token distributions, in nats
 * @param sameTop1 share of positions where both have the same most probable token
 */
public record QualityReport(
    int tokens,
    double referencePerplexity,
    double perplexity,
    double klDivergence,
    double sameTop1) {

  /**
   * Compares two models of the same vocabulary. Both use their slot 0.
   *
   * @param windows token ids of pieces of text
   * @param firstScored the first token of each window whose prediction counts: those before it are
   *     context only; at least 1
   */
  public static QualityReport compare(
      LanguageModel reference, LanguageModel model, List<int[]> windows, int firstScored) {
    if (firstScored < 1) {
      throw new IllegalArgumentException("firstScored is " + firstScored + ", nothing predicts it");
    }
    Comparison sums = new Comparison();
    for (int[] window : windows) {
      SequenceScorer.visit(
          List.of(reference, model),
          window,
          (position, argMax, rows) -> {
            int next = position + 1;
            if (next >= firstScored && next < window.length) {
              sums.add(rows[0], rows[1], window[next], argMax[0] == argMax[1]);
            }
          });
    }
    return sums.report();
  }

  /** Adds up what single predictions lose; for rows of logits from anywhere. */
  public static final class Comparison {
    private int tokens;
    private int same;
    private double referenceNll;
    private double nll;
    private double divergence;

    /**
     * Adds one prediction.
     *
     * @param reference logits of the reference, [vocabulary]
     * @param model logits of the model, [vocabulary]
     * @param next the token that came
     * @param sameTop whether both have the same most probable token
     */
    public void add(float[] reference, float[] model, int next, boolean sameTop) {
      double referenceNorm = SequenceScorer.logSumExp(reference);
      double norm = SequenceScorer.logSumExp(model);
      double kl = 0;
      for (int i = 0; i < reference.length; i++) {
        double logprob = reference[i] - referenceNorm;
        kl += Math.exp(logprob) * (logprob - (model[i] - norm));
      }
      divergence += kl;
      referenceNll += referenceNorm - reference[next];
      nll += norm - model[next];
      same += sameTop ? 1 : 0;
      tokens++;
    }

    /** The means so far. */
    public QualityReport report() {
      return new QualityReport(
          tokens,
          Math.exp(referenceNll / tokens),
          Math.exp(nll / tokens),
          divergence / tokens,
          (double) same / tokens);
    }
  }
}
