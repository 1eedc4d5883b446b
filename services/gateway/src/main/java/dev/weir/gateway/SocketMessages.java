package dev.weir.gateway;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.weir.proto.v1.Finished;
import dev.weir.proto.v1.ImagePart;
import dev.weir.proto.v1.Preview;
import dev.weir.proto.v1.Started;
import dev.weir.proto.v1.StoredObject;
import dev.weir.proto.v1.Tokens;
import dev.weir.stream.Cursor;
import dev.weir.stream.RequestPublisher.Published;
import java.io.IOException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** The messages that {@code /v1/ws} sends; {@code proto/asyncapi.yaml} describes them. */
final class SocketMessages {
  private SocketMessages() {}

  static String accepted(String ref, Published published) {
    return message(
        "accepted",
        json -> {
          json.writeStringField("ref", ref);
          json.writeStringField("id", published.requestId());
          json.writeStringField("from", published.from().toString());
        });
  }

  static String started(String id, byte[] attempt, Started started) {
    return message(
        "started",
        json -> {
          json.writeStringField("id", id);
          json.writeStringField("model", started.getModel());
          json.writeStringField("worker", started.getWorker());
          json.writeStringField("attempt", HexFormat.of().formatHex(attempt));
        });
  }

  static String tokens(String id, Cursor cursor, Tokens tokens) {
    return message(
        "tokens",
        json -> {
          json.writeStringField("id", id);
          json.writeStringField("cursor", cursor.toString());
          json.writeNumberField("first_index", tokens.getFirstIndex());
          json.writeArrayFieldStart("ids");
          for (int i = 0; i < tokens.getIdsCount(); i++) {
            json.writeNumber(tokens.getIds(i));
          }
          json.writeEndArray();
          json.writeStringField("text", tokens.getText());
          if (tokens.getLogprobsCount() > 0) {
            json.writeFieldName("logprobs");
            ChatFormat.writeTokens(json, tokens.getLogprobsList());
          }
          json.writeNumberField("born_ms", tokens.getBornMs());
          if (tokens.getPromptTokens() > 0) {
            json.writeNumberField("prompt_tokens", tokens.getPromptTokens());
            json.writeNumberField("cached_tokens", tokens.getCachedTokens());
          }
        });
  }

  static String preview(String id, Preview preview) {
    return message(
        "preview",
        json -> {
          json.writeStringField("id", id);
          json.writeStringField("media_type", preview.getMediaType());
          json.writeStringField("data", ImageWriter.base64(preview.getData()));
          json.writeNumberField("step", preview.getStep());
          json.writeNumberField("steps", preview.getSteps());
          json.writeNumberField("picture", preview.getPicture());
        });
  }

  static String image(String id, Cursor cursor, ImagePart image) {
    return message(
        "image",
        json -> {
          json.writeStringField("id", id);
          json.writeStringField("cursor", cursor.toString());
          json.writeNumberField("first_index", image.getFirstIndex());
          json.writeStringField("media_type", image.getMediaType());
          json.writeNumberField("width", image.getWidth());
          json.writeNumberField("height", image.getHeight());
          json.writeBooleanField("last", image.getLast());
          if (image.hasStored()) {
            StoredObject stored = image.getStored();
            json.writeObjectFieldStart("stored");
            json.writeStringField("uri", stored.getUri());
            json.writeStringField("sha256", ImageWriter.base64(stored.getSha256()));
            json.writeNumberField("size", stored.getSize());
            json.writeEndObject();
          } else {
            json.writeStringField("data", ImageWriter.base64(image.getData()));
          }
        });
  }

  static String finished(String id, Finished finished) {
    return message(
        "finished",
        json -> {
          json.writeStringField("id", id);
          json.writeStringField("reason", AnswerWriter.name(finished.getReason()));
          json.writeNumberField("total", finished.getTotal());
          var usage = finished.getUsage();
          json.writeObjectFieldStart("usage");
          json.writeNumberField("prompt_tokens", usage.getPromptTokens());
          json.writeNumberField("completion_tokens", usage.getCompletionTokens());
          json.writeNumberField("cached_tokens", usage.getCachedTokens());
          json.writeEndObject();
          var timings = finished.getTimings();
          json.writeObjectFieldStart("timings");
          json.writeNumberField("queued_ms", timings.getQueuedMs());
          json.writeNumberField("prefill_ms", timings.getPrefillMs());
          json.writeNumberField("decode_ms", timings.getDecodeMs());
          json.writeEndObject();
          json.writeStringField("stop", finished.getStop());
          json.writeStringField("text", finished.getText());
          if (finished.getWarningsCount() > 0) {
            json.writeFieldName("warnings");
            ImageWriter.writeWarnings(json, finished.getWarningsList());
          }
        });
  }

  static String cancelled(String id) {
    return message("cancelled", json -> json.writeStringField("id", id));
  }

  static String pong() {
    return message("pong", json -> {});
  }

  /**
   * @param ref of the submit that failed, or null
   * @param id of the stream that it is about, or null
   */
  static String error(@Nullable String ref, @Nullable String id, ApiException failure) {
    return message(
        "error",
        json -> {
          writeIfPresent(json, "ref", ref);
          writeIfPresent(json, "id", id);
          json.writeStringField("code", failure.code());
          json.writeStringField("message", failure.text());
          writeIfPresent(json, "field", failure.param());
          writeIfPresent(json, "cursor", failure.cursor());
          json.writeNumberField("status", failure.status());
          if (failure.retryAfterMs() > 0) {
            json.writeNumberField("retry_after_ms", failure.retryAfterMs());
          }
        });
  }

  private static void writeIfPresent(JsonGenerator json, String name, @Nullable String value)
      throws IOException {
    if (value != null) {
      json.writeStringField(name, value);
    }
  }

  private static String message(String type, Json.Writer fields) {
    return Json.text(json -> {
      json.writeStartObject();
      json.writeStringField("type", type);
      fields.write(json);
      json.writeEndObject();
    });
  }
}
