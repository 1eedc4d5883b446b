package dev.weir.e2e.clients;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weir.e2e.Requirement;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** A package named openai, as its registry has it; installed once below {@code target}. */
enum OpenAiClient {
  NODE("6.49.0", "node", ".mjs") {
    @Override
    void install(Path home) throws Exception {
      if (!Files.exists(home.resolve("node_modules/openai/package.json"))) {
        Path npm = Requirement.program("npm");
        mustInstall(
            home,
            List.of(npm.toString(), "install", "--no-audit", "--no-fund", "openai@" + version));
      }
    }
  },
  PYTHON("3.54.0", "python3", ".py") {
    @Override
    void install(Path home) throws Exception {
      if (!Files.exists(home.resolve("openai/__init__.py"))) {
        String python = Requirement.program("python3").toString();
        mustInstall(
            home,
            List.of(
                python,
                "-m",
                "pip",
                "install",
                "--quiet",
                "--target",
                home.toString(),
                "openai==" + version));
      }
    }
  };

  private static final long LIMIT_SECONDS = 300;
  private static final Path SCRATCH = Path.of("target", "openai-clients").toAbsolutePath();
  private static final ObjectMapper MAPPER = new ObjectMapper();

  final String version;
  private final String interpreter;
  private final String extension;

  OpenAiClient(String version, String interpreter, String extension) {
    this.version = version;
    this.interpreter = interpreter;
    this.extension = extension;
  }

  /**
   * What the client's script asks.
   *
   * @param question answered whole, as a stream, and again after a stream was left
   * @param shortQuestion its first two tokens are asked for with their probabilities
   * @param prompt continued as a stream, by four tokens at most
   * @param prompts two, continued twice by one token
   * @param tooLong beyond the model's context
   * @param endless an answer to be left in the middle
   */
  record Questions(
      String model,
      String question,
      String shortQuestion,
      String prompt,
      List<String> prompts,
      String tooLong,
      String endless) {
    String json() throws IOException {
      return MAPPER.writeValueAsString(
          Map.of(
              "model", model,
              "question", question,
              "short", shortQuestion,
              "prompt", prompt,
              "prompts", prompts,
              "tooLong", tooLong,
              "endless", endless));
    }
  }

  /** Makes the package be there; skips the test where there is no registry. */
  abstract void install(Path home) throws Exception;

  /** Asks a gateway for texts, and returns what the client found. */
  JsonNode ask(String address, Questions questions) throws Exception {
    return run("calls" + extension, address, questions.json());
  }

  /** Asks a gateway for pictures, and returns what the client found. */
  JsonNode draw(String address, String model) throws Exception {
    return run("images" + extension, address, model);
  }

  private JsonNode run(String script, String address, String asked) throws Exception {
    String program = Requirement.program(interpreter).toString();
    Path home = Files.createDirectories(SCRATCH.resolve(interpreter + "-" + version));
    install(home);
    Path copy = home.resolve(script); // beside the package: there Node looks for it
    try (InputStream in = OpenAiClient.class.getResourceAsStream("/openai/" + script)) {
      Files.write(copy, Objects.requireNonNull(in, script).readAllBytes());
    }
    Outcome outcome = run(home, List.of(program, copy.toString(), address, asked));
    assertThat(outcome.status).as(outcome.output).isZero();
    // Interpreters may speak before; the last line is the script's.
    return MAPPER.readTree(outcome.output.strip().lines().toList().getLast());
  }

  static void mustInstall(Path home, List<String> command) throws Exception {
    Outcome outcome = run(home, command);
    Requirement.need(
        outcome.status == 0,
        "a package registry for: " + String.join(" ", command) + "\n" + outcome.output);
  }

  private static Outcome run(Path folder, List<String> command) throws Exception {
    Path output = Files.createTempFile(folder, "output", ".txt");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().put("PYTHONPATH", folder.toString());
    builder.environment().put("PYTHONIOENCODING", "utf-8");
    Process process = builder.start();
    try {
      if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
        throw new AssertionError(
            "no end within " + LIMIT_SECONDS + " s: " + Files.readString(output));
      }
      return new Outcome(process.exitValue(), Files.readString(output, StandardCharsets.UTF_8));
    } finally {
      process.destroyForcibly();
      Files.deleteIfExists(output);
    }
  }

  private record Outcome(int status, String output) {}
}
