package dev.weir.text;

import dev.weir.text.gguf.Gguf;
import dev.weir.text.safetensors.Safetensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

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
    if (!Files.isDirectory(path)) {
      if (Gguf.isIn(path)) {
        return Gguf.open(path, name(path));
      }
      throw new CheckpointException(
          path + " is no GGUF file; for safetensors, open the folder that holds them");
    }
    if (Safetensors.isIn(path)) {
      return HuggingFaceFolder.open(path, configName);
    }
    List<Path> gguf = ggufFiles(path);
    return switch (gguf.size()) {
      case 0 ->
          throw new CheckpointException(
              "%s is no checkpoint: it has neither %s with model.safetensors nor a GGUF file"
                  .formatted(path, configName));
      case 1 -> Gguf.open(gguf.getFirst(), name(gguf.getFirst()));
      default ->
          throw new CheckpointException(
              "%s has several GGUF files, name one of them: %s"
                  .formatted(path, gguf.stream().map(file -> file.getFileName() + "").toList()));
    };
  }

  private static List<Path> ggufFiles(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> file.toString().endsWith(".gguf") && Files.isRegularFile(file))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new CheckpointException("cannot read " + folder + ": " + e.getMessage(), e);
    }
  }

  /** What to call a checkpoint: its file or folder name without ending. */
  static String name(Path path) {
    Path last = path.toAbsolutePath().normalize().getFileName();
    return last == null ? "model" : last.toString().replaceFirst("\\.gguf$", "");
  }
}
