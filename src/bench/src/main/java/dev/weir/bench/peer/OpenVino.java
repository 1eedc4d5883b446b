package dev.weir.bench.peer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/**
 * OpenVINO GenAI's continuous batching over a GGUF file, in a Python process that stays for all
 * rounds: loading takes it seconds.
 */
public final class OpenVino implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Program program;
  private final Path script;
  private final BufferedWriter requests;
  private final BufferedReader answers;
  private final String version;

  private OpenVino(Program program, Path script, BufferedWriter requests, BufferedReader answers)
      throws IOException {
    this.program = program;
    this.script = script;
    this.requests = requests;
    this.answers = answers;
    this.version = read().path("version").asText();
  }

  /**
   * Starts the process and loads a model.
   *
   * @param python the interpreter that has openvino-genai
   */
  public static OpenVino start(Path python, Path model, int threads) {
    Path script = script("openvino_generate.py");
    Program program =
        Program.start(
            List.of(
                python.toString(), script.toString(), model.toString(), Integer.toString(threads)));
    try {
      return new OpenVino(
          program,
          script,
          program.process().outputWriter(StandardCharsets.UTF_8),
          program.process().inputReader(StandardCharsets.UTF_8));
    } catch (IOException e) {
      program.close();
      throw new PeerException("OpenVINO GenAI is gone: " + e.getMessage(), e);
    } catch (RuntimeException e) {
      program.close();
      throw e;
    }
  }

  /** Of the wheel. */
  public String version() {
    return version;
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
    try {
      requests.write(JSON.writeValueAsString(request));
      requests.newLine();
      requests.flush();
      JsonNode answer = read();
      return new Batch(answer.path("tokens").asInt(), answer.path("seconds").asDouble());
    } catch (IOException e) {
      PeerException failure = program.failure("is gone");
      failure.addSuppressed(e);
      throw failure;
    }
  }

  private JsonNode read() throws IOException {
    for (String line = answers.readLine(); line != null; line = answers.readLine()) {
      if (line.startsWith("{")) { // the library prints lines of its own
        return JSON.readTree(line);
      }
    }
    throw program.failure("has ended");
  }

  /**
   * The logits behind every token of some windows: the model that the pipeline makes of the file,
   * compiled by the same device with the same settings, but called directly.
   */
  public static LogitStream logits(Path python, Path model, List<int[]> windows, int threads) {
    Path script = script("openvino_logits.py");
    return LogitStream.of(
        List.of(python.toString(), script.toString(), model.toString(), Integer.toString(threads)),
        windows);
  }

  private static Path script(String name) {
    try (InputStream source = Objects.requireNonNull(OpenVino.class.getResourceAsStream(name))) {
      Path file = Files.createTempFile("weir-bench-", "-" + name);
      file.toFile().deleteOnExit();
      Files.write(file, source.readAllBytes());
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    program.close();
    try {
      Files.deleteIfExists(script);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
