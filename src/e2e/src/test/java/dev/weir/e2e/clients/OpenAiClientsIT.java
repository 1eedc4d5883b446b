package dev.weir.e2e.clients;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weir.e2e.Requirement;
import dev.weir.gateway.TestingSystem;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The two packages named openai, as their registries have them, against a gateway on Kafka. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class OpenAiClientsIT {
  private static final String NODE_VERSION = "6.49.0";
  private static final String PYTHON_VERSION = "3.54.0";
  private static final long LIMIT_SECONDS = 180;
  private static final Path SCRATCH = Path.of("target", "openai-clients").toAbsolutePath();
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private static final String EXPECTED =
      """
      {"models":["echo"],"model":"model",
       "whole":{"role":"assistant","content":"to be or not","reason":"stop",
         "fingerprint":"echo-1","tokens":8},
       "streamed":{"text":"to be or not","reason":"stop","tokens":8},
       "logprobs":[["é",-0.5,[195,169]],[" !",-0.5,[32,33]]],
       "completed":[[0,"one","length"],[1,"one","length"],[2,"three","length"],
         [3,"three","length"]],
       "completedInParts":"a b",
       "unknownModel":["NotFoundError",404,"model_not_found","model"],
       "wrongValue":["BadRequestError",400,"invalid_value","temperature"],
       "refused":["BadRequestError",400,"context_length_exceeded","messages"],
       "refusedStream":["BadRequestError",400,"context_length_exceeded","messages"],
       "afterLeaving":"free again"}
      """;

  private TestingSystem system;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    system = new TestingSystem(folder, 1);
  }

  @AfterAll
  void stop() throws Exception {
    system.close();
  }

  @Test
  void thePackageForNodeWorksUnchanged() throws Exception {
    Path node = Requirement.program("node");
    Path npm = Requirement.program("npm");
    Path home = Files.createDirectories(SCRATCH.resolve("node-" + NODE_VERSION));
    if (!Files.exists(home.resolve("node_modules/openai/package.json"))) {
      install(
          home,
          List.of(npm.toString(), "install", "--no-audit", "--no-fund", "openai@" + NODE_VERSION));
    }
    Path script = script("calls.mjs", home);
    assertFound(run(home, Map.of(), List.of(node.toString(), script.toString(), url())));
  }

  @Test
  void thePackageForPythonWorksUnchanged() throws Exception {
    Path python = Requirement.program("python3");
    Path home = Files.createDirectories(SCRATCH.resolve("python-" + PYTHON_VERSION));
    if (!Files.exists(home.resolve("openai/__init__.py"))) {
      install(
          home,
          List.of(
              python.toString(),
              "-m",
              "pip",
              "install",
              "--quiet",
              "--target",
              home.toString(),
              "openai==" + PYTHON_VERSION));
    }
    Path script = script("calls.py", home);
    assertFound(
        run(
            home,
            Map.of("PYTHONPATH", home.toString(), "PYTHONIOENCODING", "utf-8"),
            List.of(python.toString(), script.toString(), url())));
  }

  private String url() {
    return system.address() + "/v1";
  }

  private static void assertFound(Outcome outcome) throws IOException {
    assertThat(outcome.status).as(outcome.output).isZero();
    // Installers and the like may speak before; the last line is the script's.
    String last = outcome.output.strip().lines().toList().getLast();
    JsonNode found = MAPPER.readTree(last);
    assertThat(found).isEqualTo(MAPPER.readTree(EXPECTED));
  }

  private static void install(Path home, List<String> command) throws Exception {
    Outcome outcome = run(home, Map.of(), command);
    Requirement.need(
        outcome.status == 0,
        "a package registry for: " + String.join(" ", command) + "\n" + outcome.output);
  }

  private static Path script(String name, Path home) throws IOException {
    Path script = home.resolve(name);
    try (InputStream in = OpenAiClientsIT.class.getResourceAsStream("/openai/" + name)) {
      Files.write(script, Objects.requireNonNull(in, name).readAllBytes());
    }
    return script;
  }

  private static Outcome run(Path folder, Map<String, String> environment, List<String> command)
      throws Exception {
    Path output = Files.createTempFile(folder, "output", ".txt");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().putAll(environment);
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
