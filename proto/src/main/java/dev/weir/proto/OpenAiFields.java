package dev.weir.proto;

import static java.util.Map.entry;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Fields of the OpenAI API (chat completions, completions) and of vLLM's and llama.cpp's additions
 * to it that a request here does not have: those that change nothing here are taken knowingly,
 * those that would change the answer are refused.
 */
final class OpenAiFields {
  /** Without effect on the text; {@code stream} because every answer here is one. */
  private static final Set<String> WITHOUT_EFFECT =
      Set.of(
          "user",
          "store",
          "metadata",
          "service_tier",
          "safety_identifier",
          "prompt_cache_key",
          "prompt_cache_retention",
          "parallel_tool_calls",
          "stream",
          "stream_options");

  private static final Set<String> WITHOUT_EFFECT_IN_MESSAGES = Set.of("annotations");

  private static final Unsupported TOOLS = new Unsupported(OpenAiFields::isEmpty, "leave it out");
  private static final Unsupported OUT = TOOLS;
  private static final Unsupported OFF = neutral(OpenAiFields::isFalse, "leave it out");
  private static final Unsupported ON = neutral(OpenAiFields::isTrue, "leave it out");
  private static final Unsupported ONE_ANSWER =
      neutral(json -> isNumber(json, 1), "publish n requests");

  private static final Map<String, Unsupported> UNSUPPORTED =
      Map.ofEntries(
          entry("n", ONE_ANSWER),
          entry("best_of", neutral(json -> isNumber(json, 1), "publish several requests")),
          entry("tools", TOOLS),
          entry("tool_choice", neutral(json -> isText(json, "none"), "only \"none\" is possible")),
          entry("functions", TOOLS),
          entry("function_call", neutral(json -> isText(json, "none"), "leave it out")),
          entry(
              "response_format",
              neutral(OpenAiFields::isTextFormat, "only {\"type\":\"text\"} is possible")),
          entry("audio", OUT),
          entry("modalities", neutral(OpenAiFields::isTextOnly, "only [\"text\"] is possible")),
          entry("prediction", OUT),
          entry("suffix", neutral(json -> isText(json, ""), "leave it out")),
          entry("echo", OFF),
          entry("web_search_options", new Unsupported(json -> false, "leave it out")),
          entry("reasoning_effort", OUT),
          entry("reasoning", OUT),
          entry("verbosity", neutral(json -> isText(json, "medium"), "leave it out")),
          entry("moderation", OUT),
          // vLLM
          entry("guided_json", OUT),
          entry("guided_regex", OUT),
          entry("guided_choice", OUT),
          entry("guided_grammar", OUT),
          entry("guided_decoding_backend", OUT),
          entry("guided_whitespace_pattern", OUT),
          entry("structured_outputs", OUT),
          entry("structural_tag", OUT),
          entry("use_beam_search", OFF),
          entry("length_penalty", neutral(json -> isNumber(json, 1), "leave it out")),
          entry("early_stopping", OFF),
          entry("include_stop_str_in_output", OFF),
          entry("skip_special_tokens", ON),
          entry("spaces_between_special_tokens", ON),
          entry("truncate_prompt_tokens", OUT),
          entry("prompt_logprobs", OUT),
          entry("prompt_embeds", OUT),
          entry("allowed_token_ids", OUT),
          entry("bad_words", OUT),
          entry("logits_processors", OUT),
          entry("return_tokens_as_token_ids", OFF),
          entry("return_token_ids", OFF),
          entry("chat_template", OUT),
          entry("documents", OUT),
          entry("add_generation_prompt", ON),
          entry("continue_final_message", OFF),
          entry("mm_processor_kwargs", OUT),
          entry("kv_transfer_params", OUT),
          entry("vllm_xargs", OUT),
          entry("priority", neutral(json -> isNumber(json, 0), "use the header priority")),
          entry("deadline", new Unsupported(json -> false, "use the header deadline")),
          entry("sampling", new Unsupported(json -> false, "put its fields beside model")),
          // llama.cpp
          entry("grammar", OUT),
          entry("json_schema", OUT),
          entry("n_predict", new Unsupported(json -> false, "use max_tokens")),
          entry("mirostat", neutral(json -> isNumber(json, 0), "leave it out")));

  private static final Map<String, Unsupported> UNSUPPORTED_IN_MESSAGES =
      Map.of(
          "tool_calls", TOOLS,
          "tool_call_id", OUT,
          "function_call", OUT,
          "audio", OUT,
          "refusal", OUT,
          "reasoning", OUT,
          "reasoning_content", OUT);

  private OpenAiFields() {}

  /**
   * Whether a field of a request is one of these and may be passed over.
   *
   * @throws InvalidRequestException if it would change the answer and is not built
   */
  static boolean skips(String name, JsonNode value, FieldPath path) {
    return skips(WITHOUT_EFFECT, UNSUPPORTED, name, value, path);
  }

  /** The same for a field of a message. */
  static boolean skipsInMessage(String name, JsonNode value, FieldPath path) {
    return skips(WITHOUT_EFFECT_IN_MESSAGES, UNSUPPORTED_IN_MESSAGES, name, value, path);
  }

  private static boolean skips(
      Set<String> withoutEffect,
      Map<String, Unsupported> unsupported,
      String name,
      JsonNode value,
      FieldPath path) {
    if (withoutEffect.contains(name)) {
      return true;
    }
    Unsupported field = unsupported.get(name);
    if (field == null) {
      return false;
    }
    if (!value.isNull() && !field.neutral.test(value)) {
      throw path.unsupported("is not supported; " + field.fix);
    }
    return true;
  }

  private static Unsupported neutral(Predicate<JsonNode> test, String fix) {
    return new Unsupported(test, fix);
  }

  private static boolean isEmpty(JsonNode json) {
    return (json.isContainerNode() && json.isEmpty()) || isText(json, "");
  }

  private static boolean isFalse(JsonNode json) {
    return json.isBoolean() && !json.booleanValue();
  }

  private static boolean isTrue(JsonNode json) {
    return json.isBoolean() && json.booleanValue();
  }

  private static boolean isNumber(JsonNode json, int number) {
    return json.isNumber() && json.doubleValue() == number;
  }

  private static boolean isText(JsonNode json, String text) {
    return json.isTextual() && json.textValue().equals(text);
  }

  private static boolean isTextFormat(JsonNode json) {
    return json.isObject() && isText(json.path("type"), "text");
  }

  private static boolean isTextOnly(JsonNode json) {
    return json.isArray() && json.size() == 1 && isText(json.get(0), "text");
  }

  /**
   * @param neutral values that ask for what is done anyway
   * @param fix what the caller can do
   */
  private record Unsupported(Predicate<JsonNode> neutral, String fix) {}
}
