package dev.weir.text.template;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.weir.text.FuzzChecks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Any text as a chat template. {@code mvn verify} runs the committed inputs and published
 * templates; {@code .ci/fuzz} searches for new ones.
 */
final class ChatTemplateFuzzTest {
  private static final Path PUBLISHED =
      Path.of(Objects.requireNonNull(System.getProperty("weir.fixtures")), "templates");
  private static final int LONGEST_SEED = 4096;

  /** As deep as they are by default; the rest is less, so that an input takes no second. */
  private static final TemplateLimits LIMITS =
      new TemplateLimits(
          1 << 16, 1 << 18, 10_000, 200_000, TemplateLimits.DEFAULT.depth(), 1000, 4096);

  private static final Clock CLOCK =
      Clock.fixed(Instant.ofEpochSecond(1_750_000_000), ZoneOffset.UTC);

  private static final List<Map<String, Object>> MESSAGES =
      List.of(
          Map.of("role", "system", "content", "Be brief."),
          Map.of("role", "user", "content", List.of(Map.of("type", "text", "text", "2 < 3?"))),
          Map.of("role", "assistant", "content", "Yes: \u00e9\ud83d\ude00\n", "score", 0.5));

  private static final List<Map<String, Object>> TOOLS =
      List.of(Map.of("type", "function", "function", Map.of("name", "f", "parameters", Map.of())));

  static Stream<byte[]> published() throws IOException {
    List<byte[]> sources = new ArrayList<>();
    try (var files = Files.newDirectoryStream(PUBLISHED, "*.jinja")) {
      for (Path file : files) {
        if (Files.size(file) <= LONGEST_SEED) {
          sources.add(Files.readAllBytes(file));
        }
      }
    }
    return sources.stream();
  }

  @MethodSource("published")
  @FuzzTest(maxDuration = "60s")
  void anyTextIsRefusedByAnErrorOrRendersWithinItsLimits(byte[] source) {
    try {
      String prompt =
          ChatTemplate.compile(new String(source, UTF_8), CLOCK, LIMITS)
              .render(MESSAGES, TOOLS, true, Map.of("bos_token", "<s>"), Map.of("a", 1, "b", true));
      FuzzChecks.check(prompt.length() <= LIMITS.outputCharacters(), "the prompt is too long");
    } catch (ChatTemplateException e) {
      FuzzChecks.check(e.line() >= 0, "the error is at no line");
    }
  }
}
