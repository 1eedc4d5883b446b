package dev.weir.engine;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * How the next token is chosen and where the output ends. Every instance is valid: the constructor
 * throws {@link InvalidRequest} with the field's name in the OpenAI API or vLLM. What depends on
 * the model (token ids, the length of its context) is checked by {@link TextEngine#submit}.
 *
 * @param temperature at least 0; 0 is greedy
 * @param topK how many candidates remain; 0 is all
 * @param topP nucleus: the least set of candidates with at least this probability, (0, 1] (Holtzman
 *     2020)
 * @param minP candidates below this share of the largest probability go, [0, 1]
 * @param typicalP locally typical sampling, (0, 1] (Meister 2023)
 * @param repetitionPenalty on tokens of prompt and output, above 0; 1 is none (Keskar 2019)
 * @param frequencyPenalty for each occurrence in the output, [-2, 2]
 * @param presencePenalty once for a token in the output, [-2, 2]
 * @param logitBias added to the logits of tokens, [-100, 100]
 * @param stop strings that end the output and are no part of it; at most {@value #MAX_STOP}
 * @param stopTokens ids that end the output, the model's end-of-sequence tokens among them unless
 *     they are to be ignored
 * @param maxTokens most tokens of output, at least 1
 * @param minTokens nothing ends the output before that many: stop tokens cannot be drawn, and stop
 *     strings are looked for in the text of later tokens only (as vLLM does)
 * @param topLogprobs how many alternatives are reported for each token, up to {@value
 *     #MAX_TOP_LOGPROBS}; -1: no log-probabilities at all
 */
public record SamplingParameters(
    double temperature,
    int topK,
    double topP,
    double minP,
    double typicalP,
    double repetitionPenalty,
    double frequencyPenalty,
    double presencePenalty,
    Map<Integer, Double> logitBias,
    List<String> stop,
    Set<Integer> stopTokens,
    int maxTokens,
    int minTokens,
    int topLogprobs) {

  /** Most stop strings of a request. */
  public static final int MAX_STOP = 64;

  /** Most characters (UTF-16 units) of a stop string. */
  public static final int MAX_STOP_LENGTH = 1_000;

  /** Most alternatives reported for a token. */
  public static final int MAX_TOP_LOGPROBS = 20;

  public SamplingParameters {
    logitBias = Map.copyOf(logitBias);
    stop = List.copyOf(stop);
    stopTokens = Set.copyOf(stopTokens);
    check(
        temperature >= 0 && temperature < Double.POSITIVE_INFINITY,
        "temperature",
        temperature,
        "a number of at least 0 (0 is greedy)");
    check(topK >= 0, "top_k", topK, "at least 0 (0 is off)");
    check(topP > 0 && topP <= 1, "top_p", topP, "above 0 and at most 1");
    check(minP >= 0 && minP <= 1, "min_p", minP, "between 0 and 1");
    check(typicalP > 0 && typicalP <= 1, "typical_p", typicalP, "above 0 and at most 1");
    check(
        repetitionPenalty > 0 && repetitionPenalty < Double.POSITIVE_INFINITY,
        "repetition_penalty",
        repetitionPenalty,
        "above 0 (1 is none)");
    check(
        Math.abs(frequencyPenalty) <= 2, "frequency_penalty", frequencyPenalty, "between -2 and 2");
    check(Math.abs(presencePenalty) <= 2, "presence_penalty", presencePenalty, "between -2 and 2");
    for (Map.Entry<Integer, Double> bias : logitBias.entrySet()) {
      check(
          Math.abs(bias.getValue()) <= 100,
          "logit_bias." + bias.getKey(),
          bias.getValue(),
          "between -100 and 100");
    }
    check(stop.size() <= MAX_STOP, "stop", stop.size() + " strings", "at most " + MAX_STOP);
    for (int i = 0; i < stop.size(); i++) {
      int length = stop.get(i).length();
      check(
          length >= 1 && length <= MAX_STOP_LENGTH,
          "stop[" + i + "]",
          length + " characters",
          "between 1 and " + MAX_STOP_LENGTH);
    }
    check(maxTokens >= 1, "max_tokens", maxTokens, "at least 1");
    check(
        minTokens >= 0 && minTokens <= maxTokens,
        "min_tokens",
        minTokens,
        "between 0 and max_tokens (" + maxTokens + ")");
    check(
        topLogprobs >= -1 && topLogprobs <= MAX_TOP_LOGPROBS,
        "top_logprobs",
        topLogprobs,
        "between 0 and " + MAX_TOP_LOGPROBS);
  }

  private static void check(boolean holds, String field, Object value, String wanted) {
    if (!holds) {
      throw new InvalidRequest(
          field,
          "invalid_value",
          String.format(Locale.ROOT, "%s is %s, but must be %s", field, value, wanted));
    }
  }

  /**
   * Whether a token of the output is the arg max of the model's logits: no whole row is needed. If
   * one is, so are all behind it.
   */
  boolean takesArgMax(int index) {
    return temperature == 0
        && repetitionPenalty == 1
        && frequencyPenalty == 0
        && presencePenalty == 0
        && logitBias.isEmpty()
        && (index >= minTokens || stopTokens.isEmpty())
        && topLogprobs < 0;
  }

  /** Starts from the model's plain distribution: temperature 1 and nothing else. */
  public static Builder builder(int maxTokens) {
    return new Builder(maxTokens);
  }

  /** Sets some of the parameters by name; {@link #build} checks them. */
  public static final class Builder {
    private double temperature = 1;
    private int topK;
    private double topP = 1;
    private double minP;
    private double typicalP = 1;
    private double repetitionPenalty = 1;
    private double frequencyPenalty;
    private double presencePenalty;
    private Map<Integer, Double> logitBias = Map.of();
    private List<String> stop = List.of();
    private Set<Integer> stopTokens = Set.of();
    private final int maxTokens;
    private int minTokens;
    private int topLogprobs = -1;

    private Builder(int maxTokens) {
      this.maxTokens = maxTokens;
    }

    public Builder temperature(double value) {
      temperature = value;
      return this;
    }

    public Builder topK(int value) {
      topK = value;
      return this;
    }

    public Builder topP(double value) {
      topP = value;
      return this;
    }

    public Builder minP(double value) {
      minP = value;
      return this;
    }

    public Builder typicalP(double value) {
      typicalP = value;
      return this;
    }

    public Builder repetitionPenalty(double value) {
      repetitionPenalty = value;
      return this;
    }

    public Builder frequencyPenalty(double value) {
      frequencyPenalty = value;
      return this;
    }

    public Builder presencePenalty(double value) {
      presencePenalty = value;
      return this;
    }

    public Builder logitBias(Map<Integer, Double> value) {
      logitBias = value;
      return this;
    }

    public Builder stop(List<String> value) {
      stop = value;
      return this;
    }

    public Builder stopTokens(Set<Integer> value) {
      stopTokens = value;
      return this;
    }

    public Builder minTokens(int value) {
      minTokens = value;
      return this;
    }

    public Builder topLogprobs(int value) {
      topLogprobs = value;
      return this;
    }

    public SamplingParameters build() {
      return new SamplingParameters(
          temperature,
          topK,
          topP,
          minP,
          typicalP,
          repetitionPenalty,
          frequencyPenalty,
          presencePenalty,
          logitBias,
          stop,
          stopTokens,
          maxTokens,
          minTokens,
          topLogprobs);
    }
  }
}
