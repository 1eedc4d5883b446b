package dev.weir.standalone.check;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weir.text.template.ChatTemplate;
import dev.weir.text.template.ChatTemplateException;
import java.io.IOException;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Renders each conversation of a template's answers and compares character for character. */
final class TemplateCheck {
  private static final ObjectMapper JSON = new ObjectMapper();

  private TemplateCheck() {}

  static void run(CheckTarget.TemplateAnswers target, Report report) throws IOException {
    JsonNode answers = JSON.readTree(target.file().toFile());
    ChatTemplate template = ChatTemplate.compile(Files.readString(target.template()));
    Map<String, String> specialTokens =
        JSON.convertValue(answers.path("special_tokens"), new TypeReference<>() {});
    for (Map.Entry<String, JsonNode> entry : answers.path("cases").properties()) {
      JsonNode expected = entry.getValue();
      String rendered;
      try {
        rendered =
            template.render(
                list(expected.path("messages")),
                expected.hasNonNull("tools") ? list(expected.path("tools")) : null,
                expected.path("add_generation_prompt").asBoolean(),
                specialTokens,
                variables(expected));
      } catch (ChatTemplateException e) {
        report.expect(expected.has("error"), "%s: %s".formatted(entry.getKey(), e.getMessage()));
        continue;
      }
      if (expected.has("error")) {
        report.expect(false, "%s: renders, expected an error".formatted(entry.getKey()));
      } else {
        report.equal(rendered, expected.path("rendered").asText(), entry.getKey());
      }
    }
  }

  /** Whatever else a case names is a variable of the template. */
  private static Map<String, Object> variables(JsonNode expected) {
    Map<String, Object> variables = new HashMap<>();
    for (Map.Entry<String, JsonNode> field : expected.properties()) {
      switch (field.getKey()) {
        case "messages", "tools", "add_generation_prompt", "rendered", "error" -> {}
        default -> variables.put(field.getKey(), JSON.convertValue(field.getValue(), Object.class));
      }
    }
    return variables;
  }

  private static List<Map<String, Object>> list(JsonNode node) {
    return JSON.convertValue(node, new TypeReference<>() {});
  }
}
