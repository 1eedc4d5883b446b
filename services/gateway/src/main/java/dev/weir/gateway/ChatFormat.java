package dev.weir.gateway;

import com.fasterxml.jackson.core.JsonGenerator;
import com.google.protobuf.ByteString;
import dev.weir.proto.v1.TokenLogprob;
import dev.weir.proto.v1.Tokens;
import dev.weir.proto.v1.TopLogprob;
import java.io.IOException;
import java.util.List;

/** {@code /v1/chat/completions}. */
final class ChatFormat implements AnswerFormat {
  private final boolean logprobs;

  ChatFormat(boolean logprobs) {
    this.logprobs = logprobs;
  }

  @Override
  public String idPrefix() {
    return "chatcmpl-";
  }

  @Override
  public String wholeObject() {
    return "chat.completion";
  }

  @Override
  public String chunkObject() {
    return "chat.completion.chunk";
  }

  @Override
  public boolean hasOpening(int index) {
    return true;
  }

  @Override
  public void writeOpening(JsonGenerator json, int index) throws IOException {
    begin(json, index);
    json.writeObjectFieldStart("delta");
    json.writeStringField("role", "assistant");
    json.writeStringField("content", "");
    json.writeNullField("refusal");
    json.writeEndObject();
    json.writeNullField("logprobs");
    json.writeNullField("finish_reason");
    json.writeEndObject();
  }

  @Override
  public void writeDelta(JsonGenerator json, int index, Tokens tokens) throws IOException {
    begin(json, index);
    json.writeObjectFieldStart("delta");
    json.writeStringField("content", tokens.getText());
    json.writeEndObject();
    writeLogprobs(json, tokens.getLogprobsList());
    json.writeNullField("finish_reason");
    json.writeEndObject();
  }

  @Override
  public void writeFinish(JsonGenerator json, int index, String reason) throws IOException {
    begin(json, index);
    json.writeObjectFieldStart("delta");
    json.writeEndObject();
    json.writeNullField("logprobs");
    json.writeStringField("finish_reason", reason);
    json.writeEndObject();
  }

  @Override
  public void writeWhole(
      JsonGenerator json, int index, String text, List<TokenLogprob> probabilities, String reason)
      throws IOException {
    begin(json, index);
    json.writeObjectFieldStart("message");
    json.writeStringField("role", "assistant");
    json.writeStringField("content", text);
    json.writeNullField("refusal");
    json.writeEndObject();
    writeLogprobs(json, probabilities);
    json.writeStringField("finish_reason", reason);
    json.writeEndObject();
  }

  private static void begin(JsonGenerator json, int index) throws IOException {
    json.writeStartObject();
    json.writeNumberField("index", index);
  }

  private void writeLogprobs(JsonGenerator json, List<TokenLogprob> probabilities)
      throws IOException {
    if (!logprobs || probabilities.isEmpty()) {
      json.writeNullField("logprobs");
      return;
    }
    json.writeObjectFieldStart("logprobs");
    json.writeFieldName("content");
    writeTokens(json, probabilities);
    json.writeNullField("refusal");
    json.writeEndObject();
  }

  /** {@code [{token, logprob, bytes, top_logprobs}]}. */
  static void writeTokens(JsonGenerator json, List<TokenLogprob> probabilities) throws IOException {
    json.writeStartArray();
    for (TokenLogprob token : probabilities) {
      json.writeStartObject();
      writeToken(json, token.getBytes(), token.getLogprob());
      json.writeArrayFieldStart("top_logprobs");
      for (TopLogprob top : token.getTopList()) {
        json.writeStartObject();
        writeToken(json, top.getBytes(), top.getLogprob());
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void writeToken(JsonGenerator json, ByteString bytes, float logprob)
      throws IOException {
    json.writeStringField("token", Text.ofToken(bytes.toByteArray(), ""));
    json.writeFieldName("logprob");
    Text.writeLogprob(json, logprob);
    json.writeArrayFieldStart("bytes");
    for (byte b : bytes) {
      json.writeNumber(b & 0xff);
    }
    json.writeEndArray();
  }
}
