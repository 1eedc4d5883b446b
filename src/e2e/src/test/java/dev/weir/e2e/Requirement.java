package dev.weir.e2e;

import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Things that a bare machine lacks: a test that needs one is skipped, or fails where all are
 * required.
 */
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
    need(Files.exists(model), "SmolLM2 (services/weir pull smollm2)");
    return model;
  }

  /** Path of Debian's Chromium. */
  public static Path chromium() {
    return program("chromium");
  }

  /** Path of a program. */
  public static Path program(String name) {
    for (String folder : System.getenv("PATH").split(":", -1)) {
      Path program = Path.of(folder, name);
      if (Files.isExecutable(program)) {
        return program;
      }
    }
    need(false, name + " (apt-get install " + name + ")");
    throw new AssertionError("need has thrown");
  }

  /** Skips the test, or fails it where nothing may be missing, unless the thing is there. */
  public static void need(boolean there, String what) {
    if (!there) {
      if (Boolean.parseBoolean(System.getenv("WEIR_REQUIRE_ALL"))) {
        fail("missing on this machine: " + what);
      }
      abort("skipped, missing on this machine: " + what);
    }
  }
}
