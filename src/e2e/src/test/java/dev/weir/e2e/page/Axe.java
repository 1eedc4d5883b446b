package dev.weir.e2e.page;

import com.microsoft.playwright.Page;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** axe-core, run in the page: every rule it has switched on, best practices included. */
final class Axe {
  private static final String SOURCE = read();

  private Axe() {}

  /** What it finds, one line for each element at fault; empty if all is well. */
  static List<String> violations(Page page) {
    // The debugger may bring a script along, whatever the policy of the page is.
    page.evaluate(SOURCE);
    Object found =
        page.evaluate(
            "async () => JSON.stringify((await axe.run(document, {resultTypes:"
                + " ['violations']})).violations)");
    List<String> lines = new ArrayList<>();
    for (Object violation : new JsonArray((String) found)) {
      JsonObject rule = (JsonObject) violation;
      for (Object node : rule.getJsonArray("nodes")) {
        JsonObject place = (JsonObject) node;
        lines.add(
            "%s at %s: %s"
                .formatted(
                    rule.getString("id"),
                    place.getJsonArray("target"),
                    place.getString("failureSummary").replace('\n', ' ')));
      }
    }
    return lines;
  }

  private static String read() {
    try (InputStream source = Axe.class.getResourceAsStream("/axe.min.js")) {
      return new String(Objects.requireNonNull(source).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
