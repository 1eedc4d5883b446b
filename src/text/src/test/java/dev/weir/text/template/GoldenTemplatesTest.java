package dev.weir.text.template;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Small templates against what Jinja made of them; {@code scripts/template_golden.py} asked it. */
final class GoldenTemplatesTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Test
  void everyTemplateDoesWhatItDoesInJinja() throws IOException {
    JsonNode golden;
    try (InputStream file = GoldenTemplatesTest.class.getResourceAsStream("golden.json")) {
      golden = JSON.readTree(file);
    }
    Clock clock =
        Clock.fixed(
            LocalDateTime.parse(golden.get("now").asText()).toInstant(ZoneOffset.UTC),
            ZoneOffset.UTC);
    List<String> differences = new ArrayList<>();
    for (JsonNode each : golden.get("cases")) {
      JsonNode context = golden.get("contexts").get(each.get("context").asText());
      String expected = expected(each);
      String actual = outcome(each.get("template").asText(), context, clock);
      if (!actual.equals(expected)) {
        differences.add(each.get("template") + "\n  is " + actual + "\n  not " + expected);
      }
    }
    assertThat(golden.get("cases")).hasSizeGreaterThan(2500);
    assertThat(differences).isEmpty();
  }

  private static String expected(JsonNode expected) {
    if (expected.has("output")) {
      return "output: " + expected.get("output").asText();
    }
    String line = expected.has("line") ? "line " + expected.get("line") + ": " : "";
    return "error: " + line + expected.get("error").asText();
  }

  private static String outcome(String template, JsonNode context, Clock clock) {
    Map<String, Value> values = new HashMap<>();
    Map<?, ?> given = JSON.convertValue(context, Map.class);
    given.forEach((name, value) -> values.put(String.valueOf(name), Conversion.value(value)));
    try {
      return "output: "
          + ChatTemplate.compile(template, clock, TemplateLimits.DEFAULT).render(values);
    } catch (ChatTemplateException e) {
      return "error: " + e.getMessage();
    }
  }
}
