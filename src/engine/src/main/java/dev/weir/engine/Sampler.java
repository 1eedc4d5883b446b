package dev.weir.engine;

import dev.weir.engine.TokenSpan.TokenLogprob;
import dev.weir.engine.TokenSpan.TopLogprob;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Asks a model for what is needed to choose a token, and chooses it. Holds scratch arrays as long
 * as the vocabulary and nothing about any sequence; for use by one thread.
 *
 * <p>Order of what is done to the logits: bias, mask of the stop tokens before {@code minTokens},
 * repetition penalty, frequency and presence penalty, temperature, min-p, top-k, top-p, typical-p.
 * It is the order of vLLM and, up to temperature, of transformers; typical-p, which vLLM lacks,
 * comes last as in transformers.
 *
 * <p>The best tokens and the weight of all decide most draws exactly. Where they cannot, the model
 * draws from the tail, or lists what the filters may keep, or the whole row is fetched.
 */
public final class Sampler {
  private final int vocabulary;
  private final LogitEditor editor;
  private final Candidates candidates;
  private final int[] bestIds;
  private final float[] bestLogits;
  // made when more than the best are wanted for the first time. [vocabulary]
  private float[] fetched = {};
  private int[] listed = {};
  private float[] weights = {};
  private double[] row = {};

  public Sampler(int vocabulary) {
    this.vocabulary = vocabulary;
    editor = new LogitEditor(vocabulary);
    candidates = new Candidates(vocabulary);
    bestIds = new int[LogitsQuery.MAX_CANDIDATES];
    bestLogits = new float[LogitsQuery.MAX_CANDIDATES];
  }

  /**
   * What to ask the model for the next token.
   *
   * @param tokens prompt and output so far, [at least length]
   * @param promptLength how many of them are prompt
   * @param length how many of {@code tokens} count; the next token has index {@code length -
   *     promptLength} in the output
   */
  public LogitsQuery query(
      SamplingParameters parameters, int[] tokens, int promptLength, int length) {
    if (parameters.takesArgMax(length - promptLength)) {
      return LogitsQuery.ARG_MAX;
    }
    LogitEdits edits = editor.edits(parameters, tokens, promptLength, length);
    boolean logprobs = parameters.topLogprobs() >= 0;
    if (parameters.temperature() == 0) {
      return new LogitsQuery(edits, 1, logprobs ? 1 : 0, null, false, logprobs);
    }
    int topK = parameters.topK();
    // one more tells whether it equals the last
    int wanted =
        topK > 0 && topK < LogitsQuery.MAX_CANDIDATES ? topK + 1 : LogitsQuery.MAX_CANDIDATES;
    return new LogitsQuery(
        edits,
        temperature(parameters),
        Math.min(wanted, vocabulary),
        shortlist(parameters),
        parameters.typicalP() < 1,
        logprobs);
  }

  /** Those that the first filter may keep: what comes behind it sees no others. */
  private static @Nullable Shortlist shortlist(SamplingParameters parameters) {
    if (parameters.minP() > 0) {
      return new Shortlist(parameters.minP(), 0, 0);
    }
    if (parameters.topK() > 0) {
      return new Shortlist(1, parameters.topK(), 0);
    }
    return parameters.topP() < 1 ? new Shortlist(1, 0, parameters.topP()) : null;
  }

  /** As float, but neither 0 nor infinite. */
  private static float temperature(SamplingParameters parameters) {
    return (float) Math.clamp(parameters.temperature(), Float.MIN_NORMAL, Float.MAX_VALUE);
  }

  /**
   * The next token.
   *
   * @param output has the answer to {@code query} in {@code row}
   * @param index of the token in the output; with the seed it decides the draw
   * @throws NonFiniteLogits if they are no numbers to draw from
   */
  public int sample(
      StepOutput output,
      int outputRow,
      LogitsQuery query,
      SamplingParameters parameters,
      long seed,
      long index) {
    int best = output.argMax(outputRow);
    if (best < 0) {
      throw new NonFiniteLogits("for token " + index + " of the output");
    }
    if (parameters.temperature() == 0) {
      return best;
    }
    double uniform = Philox.uniform(seed, index);
    double entropy = query.entropy() ? output.entropy(outputRow) : Double.NaN;
    boolean decided = false;
    if (!output.isListed(outputRow)) {
      int count = output.candidates(outputRow, bestIds, bestLogits);
      candidates.fillBest(
          bestIds, bestLogits, count, query.temperature(), output.logNormalizer(outputRow));
      decided = filter(parameters, entropy);
    }
    decided = decided || (list(output, outputRow, query) && filter(parameters, entropy));
    if (!decided) {
      fetch(output, outputRow, query);
      filter(parameters, entropy);
    }
    int token = candidates.draw(uniform);
    return token >= 0 ? token : output.tail(outputRow, uniform - candidates.mass());
  }

  /** Makes the shortlist candidates; false if there is none. */
  private boolean list(StepOutput output, int outputRow, LogitsQuery query) {
    if (query.shortlist() == null) {
      return false; // typical-p alone: it may keep any
    }
    makeRoom();
    int found = output.shortlist(outputRow, listed, fetched, weights);
    if (found < 0) {
      return false;
    }
    candidates.fillListed(
        listed, fetched, weights, found, query.temperature(), output.logNormalizer(outputRow));
    return true;
  }

  private void makeRoom() {
    if (fetched.length == 0) {
      fetched = new float[vocabulary];
      listed = new int[vocabulary];
      weights = new float[vocabulary];
    }
  }

  /** Makes every token a candidate. */
  private void fetch(StepOutput output, int outputRow, LogitsQuery query) {
    makeRoom();
    output.logits(outputRow, fetched);
    query.edits().apply(fetched);
    fill(query.temperature());
  }

  private void fill(double temperature) {
    if (row.length == 0) {
      row = new double[vocabulary];
    }
    for (int i = 0; i < vocabulary; i++) {
      row[i] = fetched[i];
    }
    candidates.fill(row, temperature);
  }

  /** False if the candidates are too few to tell; then some filters are done and some are not. */
  private boolean filter(SamplingParameters parameters, double entropy) {
    if (parameters.minP() > 0 && !candidates.keepMinP(parameters.minP())) {
      return false;
    }
    if (parameters.topK() > 0 && !candidates.keepTopK(parameters.topK())) {
      return false;
    }
    candidates.weigh();
    if (parameters.topP() < 1 && !candidates.keepTopP(parameters.topP())) {
      return false;
    }
    return parameters.typicalP() == 1 || candidates.keepTypical(parameters.typicalP(), entropy);
  }

  /**
   * The distribution that {@link #sample} draws from.
   *
   * @param logits of the model, [vocabulary]
   * @param prompt tokens that only the repetition penalty sees
   * @param output tokens that all penalties see
   * @return probabilities, [vocabulary]; one-hot if greedy
   * @throws NonFiniteLogits if they are no numbers to draw from
   */
  public double[] distribution(
      float[] logits, SamplingParameters parameters, int[] prompt, int[] output) {
    int[] tokens = Arrays.copyOf(prompt, prompt.length + output.length);
    System.arraycopy(output, 0, tokens, prompt.length, output.length);
    fetched = logits.clone();
    editor.edits(parameters, tokens, prompt.length, tokens.length).apply(fetched);
    double[] probabilities = new double[vocabulary];
    if (parameters.temperature() == 0) {
      probabilities[argMax(fetched)] = 1;
      return probabilities;
    }
    fill(temperature(parameters));
    filter(parameters, Double.NaN);
    candidates.probabilities(probabilities);
    return probabilities;
  }

  private static int argMax(float[] logits) {
    int best = 0;
    for (int i = 1; i < logits.length; i++) {
      if (logits[i] > logits[best]) {
        best = i;
      }
    }
    if (!Float.isFinite(logits[best])) {
      throw new NonFiniteLogits("of the row");
    }
    return best;
  }

  /**
   * Log-probabilities under the model's own distribution, before any bias, penalty or temperature
   * (as the OpenAI API and vLLM report them).
   *
   * @param top how many alternatives
   */
  public static TokenLogprob logprob(StepOutput output, int outputRow, int token, int top) {
    int[] ids = new int[top];
    int count = top == 0 ? 0 : output.alternatives(outputRow, top, ids);
    List<TopLogprob> alternatives = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      alternatives.add(new TopLogprob(ids[i], (float) output.logprob(outputRow, ids[i])));
    }
    return new TokenLogprob(token, (float) output.logprob(outputRow, token), alternatives);
  }
}
