package dev.weir.engine;

/**
 * What one step computed: a row for each {@link LogitsQuery}, in the order of the slices.
 *
 * <p>Only {@link #argMax} is defined for a row whose query wanted no candidates; the other methods
 * throw IllegalStateException.
 */
public interface StepOutput {
  int rows();

  /**
   * The id with the largest logit, the lowest id on a tie; -1 if a logit of the row is not a number
   * or the largest is infinite.
   */
  int argMax(int row);

  /**
   * The largest logits, not divided by the temperature, the largest first and the lower id first
   * among equals.
   *
   * @param ids [at least as many as the query wanted]
   * @param logits the same length
   * @return how many there are: as many as the query wanted, or the whole vocabulary
   */
  int candidates(int row, int[] ids, float[] logits);

  /**
   * ln of the sum over the vocabulary of exp((logit - largest logit) / temperature): from 0, where
   * one token has all the probability, to ln vocabulary.
   */
  double logNormalizer(int row);

  /** Entropy of softmax(logits / temperature), nats; the query must have wanted it. */
  double entropy(int row);

  /**
   * Draws a token that is no candidate: the one at which the probabilities of softmax(logits /
   * temperature), added up over those that are none in the order of their ids, exceed {@code mass};
   * the last one of a positive probability if rounding keeps the sum below.
   */
  int tail(int row, double mass);

  /**
   * The shortlist that the query wanted; none that is impossible. The logit of every other token is
   * below all of theirs.
   *
   * @param ids [vocabulary], filled in their order
   * @param logits [vocabulary], edited, not divided by the temperature
   * @param weights [vocabulary], exp((logit - largest logit) / temperature)
   * @return how many they are; -1 if the whole row costs as little
   */
  default int shortlist(int row, int[] ids, float[] logits, float[] weights) {
    return -1;
  }

  /** Whether the shortlist is there already, since the candidates are too few. */
  default boolean isListed(int row) {
    return false;
  }

  /** ln p of a token in the model's own distribution; the query must have wanted it. */
  double logprob(int row, int id);

  /**
   * The most probable tokens of the model's own distribution, the best first; the query must have
   * wanted log-probabilities.
   *
   * @param ids [at least n], n at most {@value SamplingParameters#MAX_TOP_LOGPROBS}
   * @return how many there are: n, or the whole vocabulary
   */
  int alternatives(int row, int n, int[] ids);

  /**
   * Copies the model's own logits, unedited: a whole row, which is to be avoided.
   *
   * @param into [vocabulary]
   */
  void logits(int row, float[] into);
}
