package dev.weir.engine;

import dev.weir.engine.TokenSpan.TokenLogprob;
import dev.weir.engine.TokenSpan.TopLogprob;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Chooses tokens from rows of logits. Holds scratch arrays as long as the vocabulary and nothing
 * about any sequence; for use by one thread.
 *
 * <p>Order of what is done to the logits: bias, mask of the stop tokens before {@code minTokens},
 * repetition penalty, frequency and presence penalty, temperature, min-p, top-k, top-p, typical-p.
 * It is the order of vLLM and, up to temperature, of transformers; typical-p, which vLLM lacks,
 * comes last as in transformers.
 */
public final class Sampler {
  private final int vocabulary;
  private final Candidates candidates;
  // logits with bias, mask and penalties, [vocabulary]
  private final double[] row;
  // scratch of the penalties: how often a token occurs in the output, and in prompt and output;
  // all 0 between calls. [vocabulary]
  private final int[] outputCount;
  private final int[] count;

  public Sampler(int vocabulary) {
    this.vocabulary = vocabulary;
    candidates = new Candidates(vocabulary);
    row = new double[vocabulary];
    outputCount = new int[vocabulary];
    count = new int[vocabulary];
  }

  /**
   * The next token.
   *
   * @param logits of the model, [vocabulary]
   * @param tokens prompt and output so far, [at least length]
   * @param promptLength how many of them are prompt
   * @param length how many of {@code tokens} count; the next token has index {@code length -
   *     promptLength} in the output
   * @param seed with that index it decides the draw
   * @throws IllegalStateException if the logits are not finite numbers
   */
  public int sample(
      float[] logits,
      SamplingParameters parameters,
      int[] tokens,
      int promptLength,
      int length,
      long seed) {
    transform(logits, parameters, tokens, promptLength, length);
    if (parameters.temperature() == 0) {
      return argMax();
    }
    filter(parameters);
    return candidates.draw(Philox.uniform(seed, length - promptLength));
  }

  /**
   * The distribution that {@link #sample} draws from.
   *
   * @param prompt tokens that only the repetition penalty sees
   * @param output tokens that all penalties see
   * @return probabilities, [vocabulary]; one-hot if greedy
   */
  public double[] distribution(
      float[] logits, SamplingParameters parameters, int[] prompt, int[] output) {
    int[] tokens = Arrays.copyOf(prompt, prompt.length + output.length);
    System.arraycopy(output, 0, tokens, prompt.length, output.length);
    transform(logits, parameters, tokens, prompt.length, tokens.length);
    double[] probabilities = new double[vocabulary];
    if (parameters.temperature() == 0) {
      probabilities[argMax()] = 1;
    } else {
      filter(parameters);
      candidates.probabilities(probabilities);
    }
    return probabilities;
  }

  private void transform(
      float[] logits, SamplingParameters parameters, int[] tokens, int promptLength, int length) {
    for (int i = 0; i < vocabulary; i++) {
      row[i] = logits[i];
    }
    for (Map.Entry<Integer, Double> bias : parameters.logitBias().entrySet()) {
      row[bias.getKey()] += bias.getValue();
    }
    if (length - promptLength < parameters.minTokens()) {
      for (int stopToken : parameters.stopTokens()) {
        row[stopToken] = Double.NEGATIVE_INFINITY;
      }
    }
    penalise(parameters, tokens, promptLength, length);
  }

  private void penalise(SamplingParameters parameters, int[] tokens, int promptLength, int length) {
    double repetition = parameters.repetitionPenalty();
    double frequency = parameters.frequencyPenalty();
    double presence = parameters.presencePenalty();
    if (repetition == 1 && frequency == 0 && presence == 0) {
      return;
    }
    for (int i = 0; i < length; i++) {
      count[tokens[i]]++;
      if (i >= promptLength) {
        outputCount[tokens[i]]++;
      }
    }
    for (int i = 0; i < length; i++) {
      int token = tokens[i];
      if (count[token] == 0) {
        continue; // done at its first occurrence
      }
      row[token] = row[token] > 0 ? row[token] / repetition : row[token] * repetition;
      if (outputCount[token] > 0) {
        row[token] -= frequency * outputCount[token] + presence;
      }
      count[token] = 0;
      outputCount[token] = 0;
    }
  }

  private int argMax() {
    int best = 0;
    for (int i = 1; i < vocabulary; i++) {
      if (row[i] > row[best]) {
        best = i;
      }
    }
    if (!Double.isFinite(row[best])) {
      throw new IllegalStateException("the model's logits are not finite numbers");
    }
    return best;
  }

  private void filter(SamplingParameters parameters) {
    candidates.fill(row, parameters.temperature());
    if (parameters.minP() > 0) {
      candidates.keepMinP(parameters.minP());
    }
    if (parameters.topK() > 0) {
      candidates.keepTopK(parameters.topK());
    }
    candidates.weigh();
    if (parameters.topP() < 1) {
      candidates.keepTopP(parameters.topP());
    }
    if (parameters.typicalP() < 1) {
      candidates.keepTypical(parameters.typicalP());
    }
  }

  /**
   * Log-probabilities under the model's own distribution, before any bias, penalty or temperature
   * (as the OpenAI API and vLLM report them).
   *
   * @param logits of the model, [vocabulary]
   * @param top how many alternatives
   */
  public TokenLogprob logprob(float[] logits, int token, int top) {
    double largest = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < vocabulary; i++) {
      largest = Math.max(largest, logits[i]);
    }
    double sum = 0;
    for (int i = 0; i < vocabulary; i++) {
      sum += Math.exp(logits[i] - largest);
    }
    double logSumExp = largest + Math.log(sum);
    List<TopLogprob> alternatives = new ArrayList<>(top);
    for (int id : best(logits, Math.min(top, vocabulary))) {
      alternatives.add(new TopLogprob(id, (float) (logits[id] - logSumExp)));
    }
    return new TokenLogprob(token, (float) (logits[token] - logSumExp), alternatives);
  }

  /** The ids of the largest logits, best first, the lower id first among equals. */
  private int[] best(float[] logits, int wanted) {
    int[] best = new int[wanted];
    int found = 0;
    for (int id = 0; id < vocabulary; id++) {
      int place = found;
      while (place > 0 && logits[id] > logits[best[place - 1]]) {
        place--;
      }
      if (place < wanted) {
        int moved = Math.min(found, wanted - 1) - place;
        System.arraycopy(best, place, best, place + 1, moved);
        best[place] = id;
        found = Math.min(found + 1, wanted);
      }
    }
    return best;
  }
}
