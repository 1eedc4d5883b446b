package dev.weir.gateway;

import dev.weir.proto.v1.GenerationRequest;
import java.util.List;

/**
 * What one call of the OpenAI API asks for, taken apart into requests for one answer each.
 *
 * @param requests [prompts * n], all answers to a prompt side by side
 * @param answersPerPrompt {@code n}
 * @param echoes [prompts * n] text that comes before the answer; empty without {@code echo}
 * @param stream server-sent events rather than one body
 * @param includeUsage the stream ends with a chunk that has the usage
 */
record OpenAiCall(
    List<GenerationRequest> requests,
    int answersPerPrompt,
    List<String> echoes,
    boolean stream,
    boolean includeUsage,
    WeirOptions weir) {

  OpenAiCall {
    requests = List.copyOf(requests);
    echoes = List.copyOf(echoes);
  }

  String model() {
    return requests.getFirst().getModel();
  }

  boolean logprobs() {
    return requests.getFirst().getSampling().getLogprobs();
  }
}
