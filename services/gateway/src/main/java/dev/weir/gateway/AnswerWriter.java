package dev.weir.gateway;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.weir.proto.v1.FinishReason;
import dev.weir.proto.v1.Tokens;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes the objects of one call: whole, or as the chunks of a stream. */
final class AnswerWriter {
  private final AnswerFormat format;
  private final String id;
  private final long createdSeconds;
  private final String model;
  private final boolean includeUsage;

  AnswerWriter(
      AnswerFormat format,
      String requestId,
      long createdSeconds,
      String model,
      boolean includeUsage) {
    this.format = format;
    this.id = format.idPrefix() + requestId;
    this.createdSeconds = createdSeconds;
    this.model = model;
    this.includeUsage = includeUsage;
  }

  /** The chunk before the first token of a choice; null if its format has none. */
  @Nullable String opening(@Nullable String fingerprint, int index) {
    return format.hasOpening(index)
        ? chunk(fingerprint, json -> format.writeOpening(json, index))
        : null;
  }

  String delta(@Nullable String fingerprint, int index, Tokens tokens) {
    return chunk(fingerprint, json -> format.writeDelta(json, index, tokens));
  }

  String finish(@Nullable String fingerprint, int index, FinishReason reason) {
    return chunk(fingerprint, json -> format.writeFinish(json, index, name(reason)));
  }

  /** The last chunk, which has no choice. */
  String usage(@Nullable String fingerprint, Usage usage) {
    return Json.text(json -> {
      begin(json, format.chunkObject(), fingerprint);
      json.writeArrayFieldStart("choices");
      json.writeEndArray();
      writeUsage(json, usage);
      json.writeEndObject();
    });
  }

  String whole(@Nullable String fingerprint, List<Answer> answers, Usage usage) {
    return Json.text(json -> {
      begin(json, format.wholeObject(), fingerprint);
      json.writeArrayFieldStart("choices");
      for (int i = 0; i < answers.size(); i++) {
        Answer answer = answers.get(i);
        String reason = name(answer.finished().getReason());
        format.writeWhole(json, i, answer.text(), answer.logprobs(), reason);
      }
      json.writeEndArray();
      writeUsage(json, usage);
      json.writeEndObject();
    });
  }

  /** OpenAI's words, and two of our own for ends that it does not know. */
  static String name(FinishReason reason) {
    return switch (reason) {
      case FINISH_REASON_STOP -> "stop";
      case FINISH_REASON_LENGTH -> "length";
      case FINISH_REASON_CANCELLED -> "cancelled";
      case FINISH_REASON_DEADLINE -> "deadline";
      case FINISH_REASON_ERROR, FINISH_REASON_UNSPECIFIED, UNRECOGNIZED -> "error";
    };
  }

  private String chunk(@Nullable String fingerprint, Json.Writer choice) {
    return Json.text(json -> {
      begin(json, format.chunkObject(), fingerprint);
      json.writeArrayFieldStart("choices");
      choice.write(json);
      json.writeEndArray();
      if (includeUsage) {
        json.writeNullField("usage");
      }
      json.writeEndObject();
    });
  }

  private void begin(JsonGenerator json, String object, @Nullable String fingerprint)
      throws IOException {
    json.writeStartObject();
    json.writeStringField("id", id);
    json.writeStringField("object", object);
    json.writeNumberField("created", createdSeconds);
    json.writeStringField("model", model);
    json.writeStringField("system_fingerprint", fingerprint);
  }

  private static void writeUsage(JsonGenerator json, Usage usage) throws IOException {
    json.writeObjectFieldStart("usage");
    json.writeNumberField("prompt_tokens", usage.prompt());
    json.writeNumberField("completion_tokens", usage.completion());
    json.writeNumberField("total_tokens", usage.prompt() + usage.completion());
    json.writeObjectFieldStart("prompt_tokens_details");
    json.writeNumberField("cached_tokens", usage.cached());
    json.writeEndObject();
    json.writeEndObject();
  }

  /** Tokens of a call, of all its answers together. */
  record Usage(long prompt, long completion, long cached) {}
}
