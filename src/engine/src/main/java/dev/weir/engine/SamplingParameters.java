package dev.weir.engine;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How the next token is chosen and where the output ends; already validated by {@link #validate}.
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
 * @param logitBias added to the logits of tokens
 * @param stop strings that end the output and are no part of it
 * @param stopTokens ids that end the output, end-of-sequence of the model among them
 * @param maxTokens most tokens of output, at least 1
 * @param minTokens stop tokens cannot be drawn before that many
 * @param ignoreEndOfSequence stop tokens of the model do not end the output
 * @param topLogprobs how many alternatives are reported for each token; -1: no log-probabilities at
 *     all
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
    boolean ignoreEndOfSequence,
    int topLogprobs) {}
