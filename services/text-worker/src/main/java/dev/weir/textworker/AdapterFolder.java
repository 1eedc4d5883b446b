package dev.weir.textworker;

import dev.weir.stream.Topics;
import dev.weir.text.Checkpoint;
import dev.weir.text.CheckpointException;
import dev.weir.text.lora.LoraAdapter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * An adapter of the model that a worker serves.
 *
 * @param name what clients call the model with the adapter
 * @param folder as PEFT writes it
 */
record AdapterFolder(String name, Path folder) {
  /**
   * The adapters of the settings, in their order.
   *
   * @param model name of the base model
   * @throws IllegalArgumentException if one is not {@code NAME=FOLDER}, or a name is taken
   */
  static List<AdapterFolder> of(TextWorkerConfig config, String model) {
    List<AdapterFolder> adapters = new ArrayList<>();
    Set<String> names = new HashSet<>(Set.of(model));
    for (String text : config.adapters().orElse(List.of())) {
      int equals = text.indexOf('=');
      String name = text.substring(0, Math.max(0, equals));
      if (!Topics.isModelName(name) || equals == text.length() - 1) {
        throw new IllegalArgumentException(
            "adapter '%s' must be NAME=FOLDER, with letters, digits, '.', '_' and '-' in NAME"
                .formatted(text));
      }
      if (!names.add(name)) {
        throw new IllegalArgumentException(
            "adapter %s: its model or another adapter has this name; choose another"
                .formatted(name));
      }
      adapters.add(new AdapterFolder(name, Path.of(text.substring(equals + 1))));
    }
    return adapters;
  }

  /**
   * Opens it.
   *
   * @throws CheckpointException that names the adapter
   */
  LoraAdapter open(Checkpoint checkpoint) {
    try {
      return LoraAdapter.open(folder, checkpoint.config());
    } catch (CheckpointException e) {
      throw new CheckpointException("adapter " + name + ": " + e.getMessage(), e);
    }
  }
}
