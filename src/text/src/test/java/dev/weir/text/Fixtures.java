package dev.weir.text;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weir.text.json.JsonLimits;
import java.nio.file.Path;
import java.util.Objects;

/** Reference answers of other implementations, shared by all modules. */
public final class Fixtures {
  private Fixtures() {}

  public static Path path(String name) {
    String folder = System.getProperty("weir.fixtures");
    return Path.of(Objects.requireNonNull(folder, "system property weir.fixtures")).resolve(name);
  }

  public static JsonNode json(String name) {
    return JsonLimits.read(path(name), 64 << 20);
  }
}
