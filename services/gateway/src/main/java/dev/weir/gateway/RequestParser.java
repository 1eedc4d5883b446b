package dev.weir.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weir.proto.ErrorCodes;
import dev.weir.proto.JsonCodec;
import dev.weir.proto.RequestValidator;
import dev.weir.proto.v1.GenerationRequest;
import io.vertx.core.MultiMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Turns bodies of the three ways to ask for an answer into validated requests. */
final class RequestParser {
  /** What the older completions API generates when nothing is said. */
  private static final int DEFAULT_COMPLETION_TOKENS = 16;

  private static final Set<String> OF_CHAT = Set.of("n", "stream", "stream_options", "weir");
  private static final Set<String> OF_COMPLETIONS =
      Set.of("n", "best_of", "echo", "stream", "stream_options", "weir", "prompt");
  private static final Set<String> OF_NATIVE = Set.of("weir");

  private final JsonCodec codec;
  private final RequestValidator validator;
  private final int maxChoices;

  RequestParser(JsonCodec codec, RequestValidator validator, int maxChoices) {
    this.codec = codec;
    this.validator = validator;
    this.maxChoices = maxChoices;
  }

  ObjectNode object(byte[] body) {
    return codec.readObject(body);
  }

  /** {@code POST /v1/chat/completions}. */
  OpenAiCall chat(byte[] body, MultiMap headers) {
    ObjectNode json = object(body);
    GenerationRequest request = request(json, OF_CHAT);
    if (request.getMessagesCount() == 0) {
      throw JsonFields.missing("messages", "give at least one message");
    }
    int n = answers(json, 1);
    validator.validate(request);
    return call(json, headers, List.of(request), List.of(""), n);
  }

  /** {@code POST /v1/completions}. */
  OpenAiCall completion(byte[] body, MultiMap headers) {
    ObjectNode json = object(body);
    GenerationRequest shared = request(json, OF_COMPLETIONS);
    if (shared.getMessagesCount() > 0 || shared.getPromptTokenIdsCount() > 0) {
      String field = shared.getMessagesCount() > 0 ? "messages" : "prompt_token_ids";
      throw JsonFields.wrong(field, "is no field of completions; give prompt");
    }
    if (!shared.getSampling().hasMaxTokens()) {
      var sampling = shared.getSampling().toBuilder().setMaxTokens(DEFAULT_COMPLETION_TOKENS);
      shared = shared.toBuilder().setSampling(sampling).build();
    }
    boolean echo = JsonFields.bool(json, "echo");
    if (echo && shared.getSampling().getLogprobs()) {
      throw JsonFields.unsupported(
          "echo", "has no log-probabilities of the prompt; leave out echo or logprobs");
    }
    List<GenerationRequest> requests = new ArrayList<>();
    List<String> echoes = new ArrayList<>();
    for (JsonNode prompt : prompts(json.path("prompt"))) {
      ObjectNode one = json.objectNode();
      one.set("prompt", prompt);
      GenerationRequest request = shared.toBuilder().mergeFrom(request(one, Set.of())).build();
      validator.validate(request);
      if (echo && !request.hasPrompt()) {
        throw JsonFields.unsupported(
            "echo", "needs a prompt that is text: the gateway has no tokenizer");
      }
      requests.add(request);
      echoes.add(echo ? request.getPrompt() : "");
    }
    int n = answers(json, requests.size());
    if (json.path("best_of").isNumber() && json.path("best_of").asInt() != n) {
      throw JsonFields.unsupported(
          "best_of", "must be n: the gateway returns every answer that it asks for");
    }
    return call(json, headers, requests, echoes, n);
  }

  /** A request in the product's own form, as on Kafka. */
  GenerationRequest nativeRequest(ObjectNode json) {
    GenerationRequest request = request(json, OF_NATIVE);
    validator.validate(request);
    return request;
  }

  private GenerationRequest request(ObjectNode json, Set<String> handledHere) {
    GenerationRequest request = codec.decodeRequest(json, handledHere).message();
    if (!request.getId().isEmpty()) {
      throw JsonFields.wrong(
          "id", "is drawn by the gateway; leave it out, or use the header Idempotency-Key");
    }
    if (request.hasFrom()) {
      throw JsonFields.wrong("from", "is found by the gateway; leave it out");
    }
    return request;
  }

  private OpenAiCall call(
      ObjectNode json,
      MultiMap headers,
      List<GenerationRequest> prompts,
      List<String> echoes,
      int n) {
    boolean stream = JsonFields.bool(json, "stream");
    List<GenerationRequest> requests = new ArrayList<>(prompts.size() * n);
    List<String> before = new ArrayList<>(prompts.size() * n);
    for (int prompt = 0; prompt < prompts.size(); prompt++) {
      for (int i = 0; i < n; i++) {
        requests.add(withSeed(prompts.get(prompt), i));
        before.add(echoes.get(prompt));
      }
    }
    return new OpenAiCall(
        requests,
        n,
        before,
        stream,
        includeUsage(json.path("stream_options"), stream),
        WeirOptions.read(json.path(WeirOptions.FIELD), headers));
  }

  /** The i-th answer to a prompt draws from seed + i; without a seed each id gives its own. */
  private static GenerationRequest withSeed(GenerationRequest request, int i) {
    if (i == 0 || !request.getSampling().hasSeed()) {
      return request;
    }
    var sampling = request.getSampling().toBuilder();
    return request.toBuilder()
        .setSampling(sampling.setSeed(request.getSampling().getSeed() + i))
        .build();
  }

  private int answers(ObjectNode json, int prompts) {
    JsonNode n = json.path("n");
    if (n.isMissingNode() || n.isNull()) {
      n = json.numberNode(1);
    }
    if (!n.isIntegralNumber()) {
      throw ApiException.invalid("n", ErrorCodes.INVALID_TYPE, "n: must be a whole number");
    }
    if (!n.canConvertToInt() || n.intValue() < 1 || (long) n.intValue() * prompts > maxChoices) {
      String what = prompts == 1 ? "" : " for " + prompts + " prompts";
      throw JsonFields.wrong(
          "n", "must be between 1 and " + Math.max(1, maxChoices / prompts) + what);
    }
    return n.intValue();
  }

  /** Each prompt: text or token ids. */
  private List<JsonNode> prompts(JsonNode prompt) {
    if (prompt.isMissingNode() || prompt.isNull()) {
      throw JsonFields.missing("prompt", "give a text, token ids, or a list of either");
    }
    boolean several =
        prompt.isArray()
            && !prompt.isEmpty()
            && (prompt.get(0).isTextual() || prompt.get(0).isArray());
    if (!several) {
      return List.of(prompt);
    }
    if (prompt.size() > maxChoices) {
      throw JsonFields.wrong("prompt", "must have at most " + maxChoices + " prompts");
    }
    boolean texts = prompt.get(0).isTextual();
    List<JsonNode> prompts = new ArrayList<>();
    for (int i = 0; i < prompt.size(); i++) {
      JsonNode one = prompt.get(i);
      if (texts ? !one.isTextual() : !one.isArray()) {
        throw ApiException.invalid(
            "prompt[" + i + "]",
            ErrorCodes.INVALID_TYPE,
            "prompt[" + i + "]: must be " + (texts ? "a text" : "a list of ids") + " as the first");
      }
      prompts.add(one);
    }
    return prompts;
  }

  private static boolean includeUsage(JsonNode options, boolean stream) {
    if (options.isMissingNode() || options.isNull()) {
      return false;
    }
    if (!options.isObject()) {
      throw ApiException.invalid(
          "stream_options", ErrorCodes.INVALID_TYPE, "stream_options: must be an object");
    }
    if (!stream) {
      throw JsonFields.wrong("stream_options", "is possible only with stream: true");
    }
    JsonNode usage = options.path("include_usage");
    if (!usage.isMissingNode() && !usage.isNull() && !usage.isBoolean()) {
      throw ApiException.invalid(
          "stream_options.include_usage",
          ErrorCodes.INVALID_TYPE,
          "stream_options.include_usage: must be true or false");
    }
    return usage.booleanValue();
  }
}
