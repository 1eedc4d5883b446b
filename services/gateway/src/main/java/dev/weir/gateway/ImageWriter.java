package dev.weir.gateway;

import com.fasterxml.jackson.core.JsonGenerator;
import com.google.protobuf.ByteString;
import dev.weir.proto.v1.FinishReason;
import dev.weir.proto.v1.Finished;
import dev.weir.proto.v1.ImagePart;
import dev.weir.proto.v1.Preview;
import dev.weir.proto.v1.Usage;
import dev.weir.proto.v1.Warning;
import java.io.IOException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;

/** Writes the objects of one call of the Images API. */
final class ImageWriter {
  static final String PARTIAL = "image_generation.partial_image";
  static final String COMPLETED = "image_generation.completed";

  private final String id;
  private final long createdSeconds;
  private final ImageCall call;

  ImageWriter(String requestId, long createdSeconds, ImageCall call) {
    this.id = requestId;
    this.createdSeconds = createdSeconds;
    this.call = call;
  }

  /**
   * @param index which of its picture's previews, from 0
   */
  String partial(int index, Preview preview) {
    return Json.text(json -> {
      beginEvent(json, PARTIAL, preview.getPicture());
      json.writeStringField("b64_json", base64(preview.getData()));
      json.writeNumberField("partial_image_index", index);
      json.writeNumberField("step", preview.getStep());
      json.writeNumberField("steps", preview.getSteps());
      json.writeStringField("size", call.size());
      json.writeEndObject();
    });
  }

  /**
   * @param finished with the last picture: the usage of the call and its warnings; else none, so
   *     that all events of a call add up to what it took
   */
  String completed(ImagePart picture, Finished finished) {
    return Json.text(json -> {
      beginEvent(json, COMPLETED, (int) picture.getFirstIndex());
      writePicture(json, picture, call.asUrl());
      json.writeStringField("size", size(picture));
      writeUsage(json, finished.getUsage());
      writeExtensions(json, finished);
      json.writeEndObject();
    });
  }

  String whole(List<ImagePart> pictures, Finished finished) {
    return Json.text(json -> {
      json.writeStartObject();
      json.writeNumberField("created", createdSeconds);
      json.writeArrayFieldStart("data");
      for (ImagePart picture : pictures) {
        json.writeStartObject();
        writePicture(json, picture, call.asUrl());
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeStringField("size", size(pictures.getFirst()));
      writeFixed(json);
      writeUsage(json, finished.getUsage());
      json.writeStringField("id", id);
      writeExtensions(json, finished);
      json.writeEndObject();
    });
  }

  /** Why not all pictures came. */
  ApiException incomplete(int came, FinishReason reason) {
    String made = "%d of %d pictures were made".formatted(came, call.count());
    String kept = "; /v1/streams/%s has them.".formatted(id);
    return switch (reason) {
      case FINISH_REASON_CANCELLED ->
          ApiException.refused(409, "cancelled", "The request was cancelled: " + made + kept);
      case FINISH_REASON_DEADLINE ->
          new ApiException(
              504,
              ApiException.OURS,
              "deadline",
              null,
              "The request's time was over: " + made + kept,
              0,
              null);
      case FINISH_REASON_STOP,
          FINISH_REASON_LENGTH,
          FINISH_REASON_ERROR,
          FINISH_REASON_UNSPECIFIED,
          UNRECOGNIZED ->
          new ApiException(
              500,
              ApiException.OURS,
              "internal_error",
              null,
              "The worker ended too early: " + made + kept,
              0,
              null);
    };
  }

  private void beginEvent(JsonGenerator json, String type, int picture) throws IOException {
    json.writeStartObject();
    json.writeStringField("type", type);
    json.writeNumberField("created_at", createdSeconds);
    json.writeNumberField("image_index", picture);
    json.writeStringField("id", id);
    writeFixed(json);
  }

  /** What is so of every picture; OpenAI's clients look for it. */
  private static void writeFixed(JsonGenerator json) throws IOException {
    json.writeStringField("output_format", "png");
    json.writeStringField("background", "opaque");
    json.writeStringField("quality", "high");
  }

  /**
   * A picture that lies elsewhere, because it is large, is told by where it lies in either form.
   */
  private static void writePicture(JsonGenerator json, ImagePart picture, boolean asUrl)
      throws IOException {
    if (picture.hasStored()) {
      json.writeStringField("url", picture.getStored().getUri());
      byte[] digest = picture.getStored().getSha256().toByteArray();
      json.writeStringField("sha256", HexFormat.of().formatHex(digest));
    } else if (asUrl) {
      json.writeStringField("url", "data:image/png;base64," + base64(picture.getData()));
    } else {
      json.writeStringField("b64_json", base64(picture.getData()));
    }
  }

  private static String size(ImagePart picture) {
    return picture.getWidth() + "x" + picture.getHeight();
  }

  private static void writeUsage(JsonGenerator json, Usage usage) throws IOException {
    json.writeObjectFieldStart("usage");
    json.writeNumberField("input_tokens", usage.getPromptTokens());
    json.writeNumberField("output_tokens", usage.getCompletionTokens());
    json.writeNumberField("total_tokens", usage.getPromptTokens() + usage.getCompletionTokens());
    json.writeObjectFieldStart("input_tokens_details");
    json.writeNumberField("text_tokens", usage.getPromptTokens());
    json.writeNumberField("image_tokens", 0);
    json.writeEndObject();
    json.writeObjectFieldStart("output_tokens_details");
    json.writeNumberField("text_tokens", 0);
    json.writeNumberField("image_tokens", usage.getCompletionTokens());
    json.writeEndObject();
    json.writeEndObject();
  }

  private void writeExtensions(JsonGenerator json, Finished finished) throws IOException {
    json.writeStringField("model", call.model());
    json.writeNumberField("seed", call.seed());
    json.writeFieldName("warnings");
    writeWarnings(json, finished.getWarningsList());
  }

  /** {@code [{code, field, message, words}]}. */
  static void writeWarnings(JsonGenerator json, List<Warning> warnings) throws IOException {
    json.writeStartArray();
    for (Warning warning : warnings) {
      json.writeStartObject();
      json.writeStringField("code", warning.getCode());
      json.writeStringField("field", warning.getField());
      json.writeStringField("message", warning.getMessage());
      json.writeArrayFieldStart("words");
      for (String word : warning.getWordsList()) {
        json.writeString(word);
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  static String base64(ByteString bytes) {
    return Base64.getEncoder().encodeToString(bytes.toByteArray());
  }
}
