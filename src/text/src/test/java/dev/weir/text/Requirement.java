package dev.weir.text;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.nio.file.Files;
import java.nio.file.Path;

/** The real model, which a bare machine lacks: tests that need it are skipped without it. */
public final class Requirement {
  private Requirement() {}

  /** Path of SmolLM2-135M-Instruct as GGUF. */
  public static Path smolLm2() {
    String named = System.getenv("WEIR_SMOLLM2");
    Path model =
        named != null
            ? Path.of(named)
            : Path.of(
                System.getProperty("user.home"),
                ".weir/models/smollm2/SmolLM2-135M-Instruct.Q4_1.gguf");
    if (!Files.exists(model)) {
      String missing = "missing on this machine: SmolLM2 (services/weir pull smollm2)";
      if (Boolean.parseBoolean(System.getenv("WEIR_REQUIRE_ALL"))) {
        fail(missing);
      }
      abort("skipped, " + missing);
    }
    return model;
  }
}
