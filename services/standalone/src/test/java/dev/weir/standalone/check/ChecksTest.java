package dev.weir.standalone.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code weir check} prints and finds, on the reference outputs and on spoilt ones. */
final class ChecksTest {
  private static final Path FIXTURES = Path.of(System.getProperty("weir.fixtures"));
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path scratch;

  private record Outcome(boolean passed, String printed) {}

  private static Outcome check(Path path) throws IOException {
    StringWriter out = new StringWriter();
    boolean passed =
        new Checks(new PrintWriter(out), null, List.of(Checks.Setting.AUTO), 1).run(List.of(path));
    return new Outcome(passed, out.toString());
  }

  @Test
  void everyCaseOfEveryTemplateIsCompared() throws IOException {
    int cases = 0;
    Path folder = FIXTURES.resolve("templates");
    for (Path file : list(folder, ".expected.json")) {
      cases += JSON.readTree(file.toFile()).path("cases").size();
    }
    Outcome outcome = check(folder);
    assertThat(cases).isGreaterThan(50);
    assertThat(outcome.printed()).endsWith("%d passed, 0 failed%n".formatted(cases));
    assertThat(outcome.passed()).isTrue();
  }

  @Test
  void aTemplateThatRendersSomethingElseFails() throws IOException {
    Path expected = list(FIXTURES.resolve("templates"), ".expected.json").getFirst();
    String name = expected.getFileName().toString();
    String template = name.replace(".expected.json", ".jinja");
    Files.copy(expected.resolveSibling(template), scratch.resolve(template));
    JsonNode answers = JSON.readTree(expected.toFile());
    for (JsonNode answer : answers.path("cases")) {
      ((ObjectNode) answer).put("rendered", answer.path("rendered").asText() + "!");
    }
    JSON.writeValue(scratch.resolve(name).toFile(), answers);
    Outcome outcome = check(scratch);
    assertThat(outcome.passed()).isFalse();
    assertThat(outcome.printed()).contains("0 passed, ").contains("FAIL");
  }

  @Test
  void everyCaseOfTheSamplerIsCompared() throws IOException {
    Path sampling = FIXTURES.resolve("text/sampling.json");
    int cases = JSON.readTree(sampling.toFile()).path("cases").size();
    Outcome outcome = check(sampling);
    assertThat(outcome.printed()).endsWith("%d passed, 0 failed%n".formatted(cases));
  }

  @Test
  void aFileThatWantsAModelIsSkippedWithTheOptionThatNamesOne() throws IOException {
    Outcome outcome = check(FIXTURES.resolve("smollm2"));
    assertThat(outcome.passed()).isFalse();
    assertThat(outcome.printed()).contains("skip").contains("--model");
  }

  @Test
  void aFolderWithNothingToCompareIsAnError() throws IOException {
    Files.writeString(scratch.resolve("notes.json"), "{}");
    assertThatThrownBy(() -> check(scratch))
        .isInstanceOf(CheckException.class)
        .hasMessageContaining("holds nothing to check");
  }

  private static List<Path> list(Path folder, String suffix) throws IOException {
    try (var files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(suffix)).sorted().toList();
    }
  }
}
