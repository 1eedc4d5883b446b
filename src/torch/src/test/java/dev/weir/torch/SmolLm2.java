package dev.weir.torch;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weir.text.Checkpoint;
import dev.weir.text.Checkpoints;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** SmolLM2-135M-Instruct as its GGUF file has it, and what the reference made of it. */
public final class SmolLm2 {
  public static final JsonNode EXPECTED = Fixtures.json("smollm2/expected.json");

  private static final Path PULLED =
      Path.of(
          System.getProperty("user.home"), ".weir/models/smollm2/SmolLM2-135M-Instruct.Q4_1.gguf");

  private SmolLm2() {}

  /** Opens the model; skips the test where it was not pulled. */
  public static Checkpoint open() {
    String named = System.getenv("WEIR_SMOLLM2");
    Path file = named == null ? PULLED : Path.of(named);
    if (!Files.exists(file)) {
      String missing = "skipped: " + file + " is missing; `services/weir pull smollm2` fetches it";
      if ("true".equals(System.getenv("WEIR_REQUIRE_ALL"))) {
        fail(missing);
      }
      abort(missing);
    }
    return Checkpoints.open(file);
  }

  public static TorchLanguageModel load(TorchOptions options) {
    try (Checkpoint checkpoint = open()) {
      return TorchLanguageModel.load(checkpoint, options);
    }
  }

  /** Six pieces of prose, 512 tokens each. */
  public static List<int[]> windows() {
    List<int[]> windows = new ArrayList<>();
    EXPECTED.get("perplexity_windows").forEach(w -> windows.add(Fixtures.ints(w.get("ids"))));
    return windows;
  }
}
