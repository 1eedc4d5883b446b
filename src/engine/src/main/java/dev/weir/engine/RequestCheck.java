package dev.weir.engine;

/** What a model demands of a request. */
final class RequestCheck {
  private RequestCheck() {}

  /**
   * Most tokens of the output: {@code maxTokens}, or what prompt and cache leave.
   *
   * @throws InvalidRequest if the model can never do the request
   */
  static int outputLimit(TextRequest request, ModelLimits limits) {
    if (request.adapter() < 0 || request.adapter() > limits.adapters()) {
      throw new InvalidRequest(
          "model",
          "invalid_value",
          "the model has %d adapters, not one of number %d"
              .formatted(limits.adapters(), request.adapter()));
    }
    int[] prompt = request.prompt();
    if (prompt.length == 0) {
      throw new InvalidRequest("prompt", "invalid_value", "the prompt has no tokens");
    }
    int context = limits.longest();
    if (prompt.length >= context) {
      throw new InvalidRequest(
          "prompt",
          "context_length_exceeded",
          "the prompt has %d tokens, but the model's context is %d tokens for prompt and output; "
                  .formatted(prompt.length, context)
              + "shorten the prompt");
    }
    for (int i = 0; i < prompt.length; i++) {
      checkToken(prompt[i], "prompt[" + i + "]", limits.inputs());
    }
    for (int token : request.sampling().logitBias().keySet()) {
      checkToken(token, "logit_bias." + token, limits.vocabulary());
    }
    for (int token : request.sampling().stopTokens()) {
      checkToken(token, "stop_token_ids", limits.vocabulary());
    }
    return Math.min(request.sampling().maxTokens(), context - prompt.length);
  }

  private static void checkToken(int token, String field, int vocabulary) {
    if (token < 0 || token >= vocabulary) {
      throw new InvalidRequest(
          field,
          "invalid_value",
          "token %d in %s is not in the vocabulary of %d tokens"
              .formatted(token, field, vocabulary));
    }
  }
}
