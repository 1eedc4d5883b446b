package dev.weir.gateway;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.weir.proto.v1.TokenLogprob;
import dev.weir.proto.v1.Tokens;
import dev.weir.proto.v1.TopLogprob;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code /v1/completions}, the older API. */
final class CompletionFormat implements AnswerFormat {
  private final boolean logprobs;
  private final List<String> echoes;
  // [choices] where the next token begins in the text, in characters (code points)
  private final int[] offsets;

  /**
   * @param echoes [choices] what comes before each answer; mostly empty
   */
  CompletionFormat(boolean logprobs, List<String> echoes) {
    this.logprobs = logprobs;
    this.echoes = echoes;
    this.offsets = new int[echoes.size()];
  }

  @Override
  public String idPrefix() {
    return "cmpl-";
  }

  @Override
  public String wholeObject() {
    return "text_completion";
  }

  @Override
  public String chunkObject() {
    return "text_completion";
  }

  @Override
  public boolean hasOpening(int index) {
    return !echoes.get(index).isEmpty();
  }

  @Override
  public void writeOpening(JsonGenerator json, int index) throws IOException {
    write(json, index, echoes.get(index), List.of(), null);
  }

  @Override
  public void writeDelta(JsonGenerator json, int index, Tokens tokens) throws IOException {
    write(json, index, tokens.getText(), tokens.getLogprobsList(), null);
  }

  @Override
  public void writeFinish(JsonGenerator json, int index, String reason) throws IOException {
    write(json, index, "", List.of(), reason);
  }

  @Override
  public void writeWhole(
      JsonGenerator json, int index, String text, List<TokenLogprob> probabilities, String reason)
      throws IOException {
    write(json, index, echoes.get(index) + text, probabilities, reason);
  }

  private void write(
      JsonGenerator json,
      int index,
      String text,
      List<TokenLogprob> probabilities,
      @Nullable String reason)
      throws IOException {
    json.writeStartObject();
    json.writeStringField("text", text);
    json.writeNumberField("index", index);
    writeLogprobs(json, index, probabilities);
    json.writeStringField("finish_reason", reason);
    json.writeEndObject();
  }

  private void writeLogprobs(JsonGenerator json, int index, List<TokenLogprob> probabilities)
      throws IOException {
    if (!logprobs || probabilities.isEmpty()) {
      json.writeNullField("logprobs");
      return;
    }
    json.writeObjectFieldStart("logprobs");
    json.writeArrayFieldStart("tokens");
    for (TokenLogprob token : probabilities) {
      json.writeString(shown(token));
    }
    json.writeEndArray();
    json.writeArrayFieldStart("token_logprobs");
    for (TokenLogprob token : probabilities) {
      Text.writeLogprob(json, token.getLogprob());
    }
    json.writeEndArray();
    json.writeArrayFieldStart("top_logprobs");
    for (TokenLogprob token : probabilities) {
      writeTop(json, token);
    }
    json.writeEndArray();
    json.writeArrayFieldStart("text_offset");
    for (TokenLogprob token : probabilities) {
      json.writeNumber(offsets[index]);
      String shown = shown(token);
      offsets[index] += shown.codePointCount(0, shown.length());
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  /** The most probable tokens and the chosen one, which may be beyond them. */
  private static void writeTop(JsonGenerator json, TokenLogprob token) throws IOException {
    Map<String, Float> top = new LinkedHashMap<>();
    for (TopLogprob one : token.getTopList()) {
      top.putIfAbsent(Text.ofToken(one.getBytes().toByteArray(), "bytes:"), one.getLogprob());
    }
    top.putIfAbsent(shown(token), token.getLogprob());
    json.writeStartObject();
    for (Map.Entry<String, Float> one : top.entrySet()) {
      json.writeFieldName(one.getKey());
      Text.writeLogprob(json, one.getValue());
    }
    json.writeEndObject();
  }

  private static String shown(TokenLogprob token) {
    return Text.ofToken(token.getBytes().toByteArray(), "bytes:");
  }
}
