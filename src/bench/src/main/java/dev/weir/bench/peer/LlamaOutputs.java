package dev.weir.bench.peer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;

/** What llama.cpp's benchmarks print, a JSON object a line among other lines. */
public final class LlamaOutputs {
  private static final ObjectMapper JSON = new ObjectMapper();

  private LlamaOutputs() {}

  /**
   * One row of llama-batched-bench.
   *
   * @param batch sequences
   * @param prefillSeconds for the prompts of all
   * @param decodeSeconds for the outputs of all
   * @param decodeSpeed output tokens per second, without the prompts
   */
  public record BatchRow(
      int batch,
      int outputTokens,
      double prefillSeconds,
      double decodeSeconds,
      double decodeSpeed) {

    /** Output tokens per second, with the prompts in the time. */
    public double throughput() {
      return batch * outputTokens / (prefillSeconds + decodeSeconds);
    }
  }

  static List<BatchRow> batched(List<String> lines) {
    List<BatchRow> rows = new ArrayList<>();
    for (JsonNode row : objects(lines, "t_tg")) {
      rows.add(
          new BatchRow(
              row.path("pl").asInt(),
              row.path("tg").asInt(),
              row.path("t_pp").asDouble(),
              row.path("t_tg").asDouble(),
              row.path("speed_tg").asDouble()));
    }
    return rows;
  }

  /** The samples of llama-bench's one test, tokens per second. */
  static List<Double> bench(List<String> lines) {
    List<Double> samples = new ArrayList<>();
    for (JsonNode test : objects(lines, "samples_ts")) {
      test.path("samples_ts").forEach(sample -> samples.add(sample.asDouble()));
    }
    return samples;
  }

  private static List<JsonNode> objects(List<String> lines, String field) {
    List<JsonNode> objects = new ArrayList<>();
    for (String line : lines) {
      if (line.startsWith("{")) {
        try {
          JsonNode object = JSON.readTree(line);
          if (object.has(field)) {
            objects.add(object);
          }
        } catch (JsonProcessingException e) {
          throw new PeerException("llama.cpp printed what is no JSON: " + line, e);
        }
      }
    }
    if (objects.isEmpty()) {
      throw new PeerException(
          "llama.cpp printed no line with %s:%n%s".formatted(field, String.join("\n", lines)));
    }
    return objects;
  }
}
