package dev.weir.bench.peer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;

/**
 * OpenVINO GenAI's continuous batching over a GGUF file, in a Python process that stays for all
 * rounds: loading takes it seconds.
 */
public final class OpenVino implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final PythonPeer peer;

  private OpenVino(PythonPeer peer) {
    this.peer = peer;
  }

  /**
   * Starts the process and loads a model.
   *
   * @param python the interpreter that has openvino-genai
   */
  public static OpenVino start(Path python, Path model, int threads) {
    return new OpenVino(
        PythonPeer.start(
            "OpenVINO GenAI",
            python,
            "openvino_generate.py",
            List.of(model.toString(), Integer.toString(threads))));
  }

  /** Of the wheel. */
  public String version() {
    return peer.version();
  }

  /**
   * What a batch took.
   *
   * @param tokens of output, in all
   * @param seconds from handing the prompts over to the last token
   */
  public record Batch(int tokens, double seconds) {}

  /** Generates for several prompts at the same time, greedily, end-of-sequence ignored. */
  public Batch generate(List<int[]> prompts, int outputTokens) {
    ObjectNode request = JSON.createObjectNode().put("output", outputTokens);
    ArrayNode all = request.putArray("prompts");
    for (int[] prompt : prompts) {
      ArrayNode ids = all.addArray();
      for (int id : prompt) {
        ids.add(id);
      }
    }
    JsonNode answer = peer.ask(request);
    return new Batch(answer.path("tokens").asInt(), answer.path("seconds").asDouble());
  }

  /**
   * The logits behind every token of some windows: the model that the pipeline makes of the file,
   * compiled by the same device with the same settings, but called directly.
   */
  public static LogitStream logits(Path python, Path model, List<int[]> windows, int threads) {
    Path script = PythonPeer.script("openvino_logits.py");
    return LogitStream.of(
        List.of(python.toString(), script.toString(), model.toString(), Integer.toString(threads)),
        windows);
  }

  @Override
  public void close() {
    peer.close();
  }
}
