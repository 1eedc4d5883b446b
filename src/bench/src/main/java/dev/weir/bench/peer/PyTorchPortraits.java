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
import org.jspecify.annotations.Nullable;

/**
 * The networks that draw portraits in eager PyTorch, in a Python process that stays for all rounds.
 */
public final class PyTorchPortraits implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String SCRIPT = "pytorch_portraits.py";

  private final Program program;
  private final Path script;
  private final BufferedWriter requests;
  private final BufferedReader answers;
  private final String version;

  private PyTorchPortraits(Program program, Path script) throws IOException {
    this.program = program;
    this.script = script;
    this.requests = program.process().outputWriter(StandardCharsets.UTF_8);
    this.answers = program.process().inputReader(StandardCharsets.UTF_8);
    this.version = read().path("version").asText();
  }

  /**
   * Starts the process and makes the networks.
   *
   * @param python the interpreter that has PyTorch
   * @param sizes how many values each attribute has
   * @param pixel folder of the served pixel transformer; null: random weights
   * @param vae file of the autoencoder's weights; null: random ones
   */
  public static PyTorchPortraits start(
      Path python, int threads, List<Integer> sizes, @Nullable Path pixel, @Nullable Path vae) {
    Path script = script();
    Program program =
        Program.start(List.of(python.toString(), script.toString(), Integer.toString(threads)));
    try {
      PyTorchPortraits peer = new PyTorchPortraits(program, script);
      ObjectNode open = JSON.createObjectNode().put("op", "open");
      ArrayNode values = open.putArray("sizes");
      sizes.forEach(values::add);
      open.put("pixel", pixel == null ? null : pixel.toString());
      open.put("vae", vae == null ? null : vae.toString());
      peer.ask(open);
      return peer;
    } catch (IOException e) {
      program.close();
      throw new PeerException("PyTorch is gone: " + e.getMessage(), e);
    } catch (RuntimeException e) {
      program.close();
      throw e;
    }
  }

  /** What Python calls it. */
  public String version() {
    return version;
  }

  /**
   * Draws a picture for each condition, all together.
   *
   * @return seconds
   */
  public double draw(String family, List<int[]> conditions) {
    ObjectNode request = JSON.createObjectNode().put("op", "draw").put("family", family);
    ArrayNode all = request.putArray("conditions");
    for (int[] condition : conditions) {
      ArrayNode values = all.addArray();
      for (int value : condition) {
        values.add(value);
      }
    }
    return ask(request);
  }

  /**
   * Takes steps of training: forward, backward, clip, AdamW, average.
   *
   * @param batch pictures of a step
   * @return seconds
   */
  public double train(String family, int steps, int batch, boolean bfloat16) {
    return ask(
        JSON.createObjectNode()
            .put("op", "train")
            .put("family", family)
            .put("steps", steps)
            .put("batch", batch)
            .put("bfloat16", bfloat16));
  }

  private double ask(ObjectNode request) {
    try {
      requests.write(JSON.writeValueAsString(request));
      requests.newLine();
      requests.flush();
      return read().path("seconds").asDouble();
    } catch (IOException e) {
      PeerException failure = program.failure("is gone");
      failure.addSuppressed(e);
      throw failure;
    }
  }

  private JsonNode read() throws IOException {
    for (String line = answers.readLine(); line != null; line = answers.readLine()) {
      if (line.startsWith("{")) {
        return JSON.readTree(line);
      }
    }
    throw program.failure("has ended");
  }

  private static Path script() {
    try (InputStream source =
        Objects.requireNonNull(PyTorchPortraits.class.getResourceAsStream(SCRIPT))) {
      Path file = Files.createTempFile("weir-bench-", "-" + SCRIPT);
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
