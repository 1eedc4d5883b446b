package dev.weir.engine;

import java.util.Arrays;
import java.util.Map;

/**
 * Turns sampling parameters and the tokens so far into {@link LogitEdits}: bias, the ban of stop
 * tokens before {@code minTokens}, repetition, frequency and presence penalty. Holds scratch arrays
 * as long as the vocabulary and nothing about any sequence; for use by one thread.
 */
final class LogitEditor {
  // all 0 between calls: how often a token occurs in the output, and its place in ids plus 1
  private final int[] outputCount;
  private final int[] place;
  // of the edits that are being made, up to size
  private int[] ids = new int[64];
  private float[] bias = new float[64];
  private int size;

  LogitEditor(int vocabulary) {
    outputCount = new int[vocabulary];
    place = new int[vocabulary];
  }

  /**
   * The edits for the next token.
   *
   * @param tokens prompt and output so far, [at least length]
   * @param promptLength how many of them are prompt, which the repetition penalty alone sees
   * @param length how many of {@code tokens} count
   */
  LogitEdits edits(SamplingParameters parameters, int[] tokens, int promptLength, int length) {
    for (Map.Entry<Integer, Double> entry : parameters.logitBias().entrySet()) {
      bias[placeOf(entry.getKey())] += entry.getValue().floatValue();
    }
    if (length - promptLength < parameters.minTokens()) {
      for (int stopToken : parameters.stopTokens()) {
        bias[placeOf(stopToken)] = Float.NEGATIVE_INFINITY;
      }
    }
    int unpenalised = size;
    double repetition = parameters.repetitionPenalty();
    double frequency = parameters.frequencyPenalty();
    double presence = parameters.presencePenalty();
    boolean additive = frequency != 0 || presence != 0;
    int from = repetition != 1 ? 0 : additive ? promptLength : length;
    for (int i = Math.max(0, from); i < length; i++) {
      if (tokens[i] >= place.length) {
        continue; // of the prompt alone: it is never an output
      }
      placeOf(tokens[i]);
      if (i >= promptLength) {
        outputCount[tokens[i]]++;
      }
    }
    if (size == 0) {
      return LogitEdits.NONE;
    }
    LogitEdits edits =
        LogitEdits.of(
            Arrays.copyOf(ids, size), Arrays.copyOf(bias, size), new float[size], new float[size]);
    for (int i = 0; i < size; i++) {
      int count = outputCount[ids[i]];
      boolean seen = i >= unpenalised || count > 0;
      edits.repetition()[i] = (float) (seen ? repetition : 1);
      edits.reduction()[i] = (float) (count > 0 ? frequency * count + presence : 0);
    }
    if (repetition != 1) {
      markBiasedTokensOfThePrompt(edits, unpenalised, repetition, tokens, promptLength);
    }
    clear();
    return edits;
  }

  /** A token that has a bias has its place already when it is met in the prompt. */
  private void markBiasedTokensOfThePrompt(
      LogitEdits edits, int biased, double repetition, int[] tokens, int promptLength) {
    for (int i = 0; i < promptLength && biased > 0; i++) {
      int at = tokens[i] < place.length ? place[tokens[i]] - 1 : biased;
      if (at < biased) {
        edits.repetition()[at] = (float) repetition;
      }
    }
  }

  private int placeOf(int id) {
    if (place[id] == 0) {
      if (size == ids.length) {
        ids = Arrays.copyOf(ids, 2 * size);
        bias = Arrays.copyOf(bias, 2 * size);
      }
      ids[size] = id;
      bias[size] = 0;
      place[id] = ++size;
    }
    return place[id] - 1;
  }

  private void clear() {
    for (int i = 0; i < size; i++) {
      place[ids[i]] = 0;
      outputCount[ids[i]] = 0;
    }
    size = 0;
  }
}
