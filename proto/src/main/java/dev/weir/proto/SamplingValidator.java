package dev.weir.proto;

import dev.weir.proto.v1.Sampling;
import java.util.Map;

/** Ranges of sampling; where the OpenAI API and vLLM differ, vLLM's wider range holds. */
final class SamplingValidator {
  static final int MOST_BIASES = 1024;
  static final int MOST_STOPS = 16;
  static final int LONGEST_STOP = 256;
  static final int MOST_STOP_TOKENS = 1024;
  static final int MOST_TOP_LOGPROBS = 20;

  private SamplingValidator() {}

  static void validate(Sampling s) {
    // No upper end: OpenAI's 2 is a choice of its product, not of the mathematics.
    check(
        !s.hasTemperature() || (s.getTemperature() >= 0 && Double.isFinite(s.getTemperature())),
        "temperature",
        "must be 0 (greedy) or more");
    check(
        !s.hasTopP() || (s.getTopP() > 0 && s.getTopP() <= 1),
        "top_p",
        "must be above 0 and at most 1");
    check(!s.hasTopK() || s.getTopK() >= -1, "top_k", "must be 1 or more, or 0 or -1 for off");
    check(
        !s.hasMinP() || (s.getMinP() >= 0 && s.getMinP() <= 1), "min_p", "must be between 0 and 1");
    check(
        !s.hasTypicalP() || (s.getTypicalP() > 0 && s.getTypicalP() <= 1),
        "typical_p",
        "must be above 0 and at most 1");
    check(
        !s.hasRepetitionPenalty()
            || (s.getRepetitionPenalty() > 0 && Double.isFinite(s.getRepetitionPenalty())),
        "repetition_penalty",
        "must be above 0; 1 is off");
    check(
        !s.hasFrequencyPenalty() || Math.abs(s.getFrequencyPenalty()) <= 2,
        "frequency_penalty",
        "must be between -2 and 2");
    check(
        !s.hasPresencePenalty() || Math.abs(s.getPresencePenalty()) <= 2,
        "presence_penalty",
        "must be between -2 and 2");
    checkLengths(s);
    checkBiases(s);
    checkStops(s);
  }

  private static void checkLengths(Sampling s) {
    check(!s.hasMaxTokens() || s.getMaxTokens() >= 1, "max_tokens", "must be 1 or more");
    check(!s.hasMinTokens() || s.getMinTokens() >= 0, "min_tokens", "must be 0 or more");
    check(
        !s.hasMaxTokens() || s.getMinTokens() <= s.getMaxTokens(),
        "min_tokens",
        "must not be above max_tokens");
    check(
        !s.hasTopLogprobs() || (s.getTopLogprobs() >= 0 && s.getTopLogprobs() <= MOST_TOP_LOGPROBS),
        "top_logprobs",
        "must be between 0 and " + MOST_TOP_LOGPROBS);
    check(
        !s.hasTopLogprobs() || s.getTopLogprobs() == 0 || s.getLogprobs(),
        "top_logprobs",
        "needs logprobs; set logprobs to true");
  }

  private static void checkBiases(Sampling s) {
    check(
        s.getLogitBiasCount() <= MOST_BIASES,
        "logit_bias",
        "must have at most " + MOST_BIASES + " entries");
    for (Map.Entry<Integer, Double> bias : s.getLogitBiasMap().entrySet()) {
      FieldPath path = FieldPath.ROOT.field("logit_bias").field(bias.getKey().toString());
      check(bias.getKey() >= 0, path, "the key must be a token id, 0 or more");
      check(Math.abs(bias.getValue()) <= 100, path, "must be between -100 and 100");
    }
  }

  private static void checkStops(Sampling s) {
    check(s.getStopCount() <= MOST_STOPS, "stop", "must have at most " + MOST_STOPS + " strings");
    FieldPath stop = FieldPath.ROOT.field("stop");
    for (int i = 0; i < s.getStopCount(); i++) {
      int length = s.getStop(i).length();
      check(
          length >= 1 && length <= LONGEST_STOP,
          stop.element(i),
          "must have 1 to " + LONGEST_STOP + " characters");
    }
    check(
        s.getStopTokenIdsCount() <= MOST_STOP_TOKENS,
        "stop_token_ids",
        "must have at most " + MOST_STOP_TOKENS + " ids");
    FieldPath ids = FieldPath.ROOT.field("stop_token_ids");
    for (int i = 0; i < s.getStopTokenIdsCount(); i++) {
      check(s.getStopTokenIds(i) >= 0, ids.element(i), "must be a token id, 0 or more");
    }
  }

  private static void check(boolean right, String field, String problem) {
    check(right, FieldPath.ROOT.field(field), problem);
  }

  private static void check(boolean right, FieldPath path, String problem) {
    if (!right) {
      throw path.wrongValue(problem);
    }
  }
}
