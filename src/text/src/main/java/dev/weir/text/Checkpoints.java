package dev.weir.text;

import dev.weir.text.safetensors.Safetensors;
import java.nio.file.Files;
import java.nio.file.Path;

/** Opens checkpoints; what a path holds is recognised by its content. */
public final class Checkpoints {
  private Checkpoints() {}

  /**
   * Opens a GGUF file, a folder with one GGUF file, or a folder with {@code config.json} and {@code
   * model.safetensors} or shards with their index.
   *
   * @throws CheckpointException if it is none of these, damaged, or not supported; the message says
   *     which
   */
  public static Checkpoint open(Path path) {
    return open(path, "config.json");
  }

  /**
   * The same, with another config file in the folder.
   *
   * @param configName a file of the folder; ignored for GGUF
   */
  public static Checkpoint open(Path path, String configName) {
    if (!Files.exists(path)) {
      throw new CheckpointException(path + " does not exist");
    }
    if (Files.isDirectory(path)
        && Safetensors.isIn(path)
        && Files.isRegularFile(path.resolve(configName))) {
      return HuggingFaceFolder.open(path, configName);
    }
    throw new CheckpointException(
        "%s is no checkpoint: a folder with %s and model.safetensors is needed"
            .formatted(path, configName));
  }

  /** What to call a checkpoint: its file or folder name without ending. */
  static String name(Path path) {
    Path last = path.toAbsolutePath().normalize().getFileName();
    return last == null ? "model" : last.toString().replaceFirst("\\.gguf$", "");
  }
}
