package dev.weir.textworker;

import dev.weir.engine.SamplingParameters;
import dev.weir.proto.v1.Sampling;
import java.util.HashSet;
import java.util.Set;

/** What a request says about sampling, and the defaults for what it does not. */
final class RequestedSampling {
  private RequestedSampling() {}

  /**
   * Reads the parameters. What is absent is off: temperature 1, no filters, no penalties.
   *
   * @param rest tokens that the prompt leaves of the context: the default of {@code max_tokens}
   * @param endOfSequence tokens that end an answer of the model
   * @throws dev.weir.engine.InvalidRequest for a value out of its range
   */
  static SamplingParameters read(Sampling sampling, int rest, Set<Integer> endOfSequence) {
    Set<Integer> stopTokens = new HashSet<>(sampling.getStopTokenIdsList());
    if (!sampling.getIgnoreEos()) {
      stopTokens.addAll(endOfSequence);
    }
    return SamplingParameters.builder(sampling.hasMaxTokens() ? sampling.getMaxTokens() : rest)
        .temperature(sampling.hasTemperature() ? sampling.getTemperature() : 1)
        .topK(sampling.getTopK() == -1 ? 0 : sampling.getTopK())
        .topP(sampling.hasTopP() ? sampling.getTopP() : 1)
        .minP(sampling.getMinP())
        .typicalP(sampling.hasTypicalP() ? sampling.getTypicalP() : 1)
        .repetitionPenalty(sampling.hasRepetitionPenalty() ? sampling.getRepetitionPenalty() : 1)
        .frequencyPenalty(sampling.getFrequencyPenalty())
        .presencePenalty(sampling.getPresencePenalty())
        .logitBias(sampling.getLogitBiasMap())
        .stop(sampling.getStopList())
        .stopTokens(stopTokens)
        .minTokens(sampling.getMinTokens())
        .topLogprobs(sampling.getLogprobs() ? sampling.getTopLogprobs() : -1)
        .build();
  }
}
