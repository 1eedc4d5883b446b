package dev.weir.text.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Published templates against what transformers made of them. */
final class TemplateFixturesTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path FOLDER =
      Path.of(Objects.requireNonNull(System.getProperty("weir.fixtures")), "templates");

  static Stream<Arguments> cases() throws IOException {
    Stream.Builder<Arguments> cases = Stream.builder();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(FOLDER, "*.expected.json")) {
      for (Path file : files) {
        JsonNode expected = JSON.readTree(file.toFile());
        String model = file.getFileName().toString().replace(".expected.json", "");
        String source = Files.readString(FOLDER.resolve(model + ".jinja"));
        expected
            .get("cases")
            .properties()
            .forEach(each ->
                cases.add(
                    Arguments.of(
                        model,
                        each.getKey(),
                        source,
                        expected.get("special_tokens"),
                        each.getValue())));
      }
    }
    return cases.build();
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("cases")
  void aPublishedTemplateRendersAsInTransformers(
      String model, String name, String source, JsonNode tokens, JsonNode expected) {
    ChatTemplate template = ChatTemplate.compile(source);
    List<Map<String, Object>> messages =
        JSON.convertValue(expected.get("messages"), new TypeReference<>() {});
    List<Map<String, Object>> tools =
        JSON.convertValue(expected.get("tools"), new TypeReference<>() {});
    Map<String, String> specialTokens = JSON.convertValue(tokens, new TypeReference<>() {});
    boolean prompt = expected.get("add_generation_prompt").asBoolean();

    if (expected.has("error")) {
      assertThatThrownBy(() -> template.render(messages, tools, prompt, specialTokens, Map.of()))
          .isInstanceOf(ChatTemplateException.class)
          .hasMessage(expected.get("error").asText());
    } else {
      assertThat(template.render(messages, tools, prompt, specialTokens, Map.of()))
          .isEqualTo(expected.get("rendered").asText());
    }
  }
}
