package dev.weir.bench.peer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A script of ours in a Python process that stays for all rounds, for loading takes it seconds. It
 * says its version first, then answers each line of JSON with one.
 */
final class PythonPeer implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final String name;
  private final Program program;
  private final Path script;
  private final BufferedWriter requests;
  private final BufferedReader answers;
  private final String version;

  private PythonPeer(String name, Program program, Path script) throws IOException {
    this.name = name;
    this.program = program;
    this.script = script;
    this.requests = program.process().outputWriter(StandardCharsets.UTF_8);
    this.answers = program.process().inputReader(StandardCharsets.UTF_8);
    this.version = read().path("version").asText();
  }

  /**
   * Starts a script and waits for its version.
   *
   * @param name of the peer, for errors
   * @param python the interpreter that has it
   * @param resource the script, beside this class
   * @throws PeerException if it does not start
   */
  static PythonPeer start(String name, Path python, String resource, List<String> arguments) {
    Path script = script(resource);
    List<String> command = new ArrayList<>(List.of(python.toString(), script.toString()));
    command.addAll(arguments);
    Program program = Program.start(command);
    try {
      return new PythonPeer(name, program, script);
    } catch (IOException e) {
      program.close();
      throw new PeerException(name + " is gone: " + e.getMessage(), e);
    } catch (RuntimeException e) {
      program.close();
      throw e;
    }
  }

  /** What it calls itself. */
  String version() {
    return version;
  }

  /**
   * Asks and waits for the answer.
   *
   * @throws PeerException if it is gone
   */
  JsonNode ask(ObjectNode request) {
    try {
      requests.write(JSON.writeValueAsString(request));
      requests.newLine();
      requests.flush();
      return read();
    } catch (IOException e) {
      PeerException failure = program.failure("is gone");
      failure.addSuppressed(e);
      throw failure;
    }
  }

  private JsonNode read() throws IOException {
    for (String line = answers.readLine(); line != null; line = answers.readLine()) {
      if (line.startsWith("{")) { // libraries print lines of their own
        return JSON.readTree(line);
      }
    }
    throw program.failure("(" + name + ") has ended");
  }

  /** A copy of a script that lies beside this class; it goes with this JVM. */
  static Path script(String resource) {
    try (InputStream source =
        Objects.requireNonNull(PythonPeer.class.getResourceAsStream(resource))) {
      Path file = Files.createTempFile("weir-bench-", "-" + resource);
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
