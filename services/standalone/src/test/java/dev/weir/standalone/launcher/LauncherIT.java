package dev.weir.standalone.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The distribution as it was packed, started by its launcher. */
final class LauncherIT {
  @TempDir Path folder;

  private static Path launcher() throws IOException {
    try (Stream<Path> files = Files.walk(Path.of("target"), 4)) {
      return files
          .filter(file -> file.endsWith("bin/weir"))
          .findFirst()
          .orElseThrow(() -> new AssertionError("nothing is packed: run mvn package"))
          .toAbsolutePath();
    }
  }

  @ParameterizedTest
  @CsvSource({"INT, 130", "TERM, 143"})
  void aSignalEndsEverythingInOrderAndTheExitCodeNamesIt(String signal, int exitCode)
      throws Exception {
    Path data = folder.resolve("my data");
    // Whoever runs these tests in the background may ignore interrupts, which is inherited.
    ProcessBuilder builder =
        new ProcessBuilder(
            "env",
            "--default-signal=INT,TERM",
            launcher().toString(),
            "up",
            "--no-text",
            "--port=0",
            "--kafka-port=0",
            "--data",
            data.toString());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().put("WEIR_AOT", "off");
    Process process = builder.redirectErrorStream(true).start();
    try (BufferedReader out = process.inputReader()) {
      List<String> lines = readUntilReady(out);
      assertThat(data.resolve("broker")).isDirectory();
      assertThat(process.toHandle().info().command().orElseThrow()).endsWith("/java");
      assertThat(new ProcessBuilder("kill", "-" + signal, "" + process.pid()).start().waitFor())
          .isZero();
      out.lines().forEach(lines::add);
      assertThat(process.waitFor()).as(lines.toString()).isEqualTo(exitCode);
      // In order: nobody has anything to complain about.
      assertThat(lines.getLast()).startsWith("weir is ready on ");
    } finally {
      process.destroyForcibly();
    }
  }

  /** A machine that reaches neither Hugging Face nor a Python index. */
  @Test
  void withoutANetworkItServesItsOwnModel() throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(
            launcher().toString(), "up", "--port=0", "--kafka-port=0", "--data", folder.toString());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().put("WEIR_AOT", "off");
    builder.environment().put("HF_ENDPOINT", "http://127.0.0.1:9");
    builder.environment().put("PIP_NO_INDEX", "1");
    Process process = builder.redirectErrorStream(true).start();
    try (BufferedReader out = process.inputReader();
        HttpClient http = HttpClient.newHttpClient()) {
      List<String> lines = readUntilReady(out);
      assertThat(lines)
          .anyMatch(line -> line.contains("smollm2 could not be fetched"))
          .anyMatch(line -> line.contains("weir serves its own, captions"));
      URI address = URI.create(lines.getLast().substring("weir is ready on ".length()));
      HttpResponse<String> answer =
          http.send(
              HttpRequest.newBuilder(address.resolve("/v1/completions"))
                  .header("Content-Type", "application/json")
                  .POST(
                      HttpRequest.BodyPublishers.ofString(
                          "{\"model\":\"captions\",\"temperature\":0,\"max_tokens\":100,"
                              + "\"prompt\":\"blond hair, gl\"}"))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      JsonNode choice = new ObjectMapper().readTree(answer.body()).path("choices").path(0);
      assertThat(choice.path("text").asText()).startsWith("asses");
      assertThat(choice.path("finish_reason").asText()).isEqualTo("stop");
    } finally {
      process.destroy();
      assertThat(process.waitFor()).isEqualTo(143);
    }
  }

  private static List<String> readUntilReady(BufferedReader out) throws IOException {
    List<String> lines = new ArrayList<>();
    for (String line = out.readLine(); line != null; line = out.readLine()) {
      lines.add(line);
      if (line.startsWith("weir is ready")) {
        return lines;
      }
    }
    throw new AssertionError("it has ended: " + lines);
  }
}
