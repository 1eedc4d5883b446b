package dev.weir.textworker;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weir.proto.InvalidRequestException;
import dev.weir.proto.v1.GenerationRequest;
import dev.weir.proto.v1.Message;
import dev.weir.text.Checkpoint;
import dev.weir.text.Tokenizer;
import dev.weir.text.template.ChatTemplate;
import dev.weir.text.template.ChatTemplateException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Turns what a request asks into the tokens that the model reads. Safe for use by any thread. */
final class PromptEncoder {
  private static final TypeReference<Map<String, Object>> VARIABLES = new TypeReference<>() {};

  private final Tokenizer tokenizer;
  private final @Nullable ChatTemplate template;
  private final Map<String, String> specialTokens;
  private final ObjectMapper json = new ObjectMapper();

  /**
   * @param template null if the model was not made for conversations
   */
  PromptEncoder(
      Tokenizer tokenizer,
      @Nullable ChatTemplate template,
      Checkpoint.SpecialTokens specialTokens) {
    this.tokenizer = tokenizer;
    this.template = template;
    Map<String, String> names = new LinkedHashMap<>();
    putIfPresent(names, "bos_token", specialTokens.bos());
    putIfPresent(names, "eos_token", specialTokens.eos());
    putIfPresent(names, "pad_token", specialTokens.pad());
    putIfPresent(names, "unk_token", specialTokens.unk());
    this.specialTokens = Map.copyOf(names);
  }

  private static void putIfPresent(Map<String, String> names, String name, @Nullable String text) {
    if (text != null) {
      names.put(name, text);
    }
  }

  /** Whether the model takes messages. */
  boolean chat() {
    return template != null;
  }

  /**
   * The prompt as token ids.
   *
   * @throws InvalidRequestException if the model has no chat template, or its template refuses the
   *     conversation
   */
  int[] encode(GenerationRequest request) {
    if (request.getMessagesCount() > 0) {
      // the template has written the start of the text, if the model has one
      return tokenizer.encode(render(request), false);
    }
    if (request.hasPrompt()) {
      boolean addSpecialTokens = !request.hasAddSpecialTokens() || request.getAddSpecialTokens();
      return tokenizer.encode(request.getPrompt(), addSpecialTokens);
    }
    return request.getPromptTokenIdsList().stream().mapToInt(Integer::intValue).toArray();
  }

  /** The field that the prompt comes from. */
  static String field(GenerationRequest request) {
    if (request.getMessagesCount() > 0) {
      return "messages";
    }
    return request.hasPrompt() ? "prompt" : "prompt_token_ids";
  }

  private String render(GenerationRequest request) {
    if (template == null) {
      throw new InvalidRequestException(
          "messages",
          "unsupported_parameter",
          "messages: the model has no chat template; send its text as prompt");
    }
    List<Map<String, Object>> messages = new ArrayList<>();
    for (Message message : request.getMessagesList()) {
      messages.add(fields(message));
    }
    try {
      return template.render(messages, null, true, specialTokens, variables(request));
    } catch (ChatTemplateException e) {
      throw new InvalidRequestException(
          "messages",
          "invalid_value",
          "messages: the model's chat template refuses them: " + firstLine(e.getMessage()));
    }
  }

  private static Map<String, Object> fields(Message message) {
    Map<String, Object> fields = new LinkedHashMap<>();
    // OpenAI's newer name for the role that every template calls system
    fields.put("role", message.getRole().equals("developer") ? "system" : message.getRole());
    fields.put("content", message.getContent());
    if (!message.getName().isEmpty()) {
      fields.put("name", message.getName());
    }
    return fields;
  }

  private Map<String, Object> variables(GenerationRequest request) {
    String text = request.getChatTemplateKwargs();
    if (text.isEmpty()) {
      return Map.of();
    }
    try {
      return json.readValue(text, VARIABLES);
    } catch (JsonProcessingException e) {
      throw new InvalidRequestException(
          "chat_template_kwargs",
          "invalid_type",
          "chat_template_kwargs: must be a JSON object: " + firstLine(e.getOriginalMessage()));
    }
  }

  private static String firstLine(String text) {
    return text.lines().findFirst().orElse("");
  }
}
