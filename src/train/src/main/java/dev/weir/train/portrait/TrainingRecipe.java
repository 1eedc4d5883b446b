package dev.weir.train.portrait;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weir.torch.train.AdamW;
import dev.weir.train.TrainingException;
import dev.weir.train.TrainingOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** How a run was made, in a file beside it: with it, it can be made again. */
public record TrainingRecipe(PortraitFamily family, TrainingOptions options) {
  public static final String FILE = "recipe.json";

  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * Writes it before the first step, unless it is there.
   *
   * @throws TrainingException if the folder has a run of another seed
   */
  public void begin(Path folder) throws IOException {
    Path file = folder.resolve(FILE);
    if (Files.exists(file)) {
      JsonNode before = JSON.readTree(file.toFile());
      if (before.path("family").asText().equals(name())
          && before.path("seed").asLong() != options.seed()) {
        throw new TrainingException(
            "%s is of a run with --seed %d; go on with that, or choose another --out"
                .formatted(file, before.path("seed").asLong()));
      }
      return;
    }
    Files.createDirectories(folder);
    write(file, settings());
  }

  /**
   * Writes it when the run has ended.
   *
   * @param steps that it had
   * @param seconds that they took
   */
  public void end(Path folder, long steps, double seconds) throws IOException {
    ObjectNode json = JSON.createObjectNode();
    json.put("family", name());
    json.put(
        "command",
        "services/weir train %s --steps %d --seed %d".formatted(name(), steps, options.seed()));
    json.put("steps", steps);
    json.put("seconds", Math.round(seconds));
    json.setAll(settings());
    write(folder.resolve(FILE), json);
  }

  private ObjectNode settings() {
    ObjectNode json = JSON.createObjectNode();
    json.put("family", name());
    json.put("seed", options.seed());
    json.put("batch", family.batch());
    json.put("bfloat16", options.bfloat16());
    json.put("peak_rate", options.peakRate());
    json.put("warm_up_steps", options.warmUpSteps());
    AdamW optimizer = options.optimizer();
    json.putObject("optimizer")
        .put("name", "AdamW")
        .put("beta1", optimizer.beta1())
        .put("beta2", optimizer.beta2())
        .put("epsilon", optimizer.epsilon())
        .put("weight_decay", optimizer.weightDecay())
        .put("clip_norm", optimizer.clipNorm())
        .put("average_decay", optimizer.averageDecay());
    return json;
  }

  private String name() {
    return family.name().toLowerCase(Locale.ROOT);
  }

  private static void write(Path file, ObjectNode json) throws IOException {
    JSON.writerWithDefaultPrettyPrinter().writeValue(file.toFile(), json);
  }
}
