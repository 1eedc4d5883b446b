package dev.weir.standalone.model;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A model that a worker shall serve: its name on Kafka and in the API, and the file or folder to
 * open.
 *
 * @param path a GGUF file, or a folder with config.json and safetensors
 */
public record ModelSource(String name, Path path) {

  /**
   * Resolves what a user wrote for {@code --model}: a name from the store or of a model that is
   * part of Weir, {@code NAME=PATH} or a path.
   *
   * @throws PullException if there is no such model; the message says how to get it
   */
  public static ModelSource resolve(String text, ModelStore store) {
    int equals = text.indexOf('=');
    if (equals > 0) {
      return at(text.substring(0, equals), Path.of(text.substring(equals + 1)));
    }
    if (text.contains("/") || Files.exists(Path.of(text))) {
      return at(nameOf(Path.of(text)), Path.of(text));
    }
    return new ModelSource(
        text,
        store
            .find(text)
            .or(() -> store.findBuiltIn(text))
            .orElseThrow(() ->
                new PullException(
                    "model '%s' is not on this machine; fetch it: weir pull %s, or name a path: --model %s=PATH"
                        .formatted(text, text, text))));
  }

  /** Whether a model can be called so. */
  static boolean isName(String name) {
    return name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");
  }

  private static ModelSource at(String name, Path path) {
    if (!Files.exists(path)) {
      throw new PullException("there is no model at " + path);
    }
    if (!isName(name)) {
      throw new PullException(
          "'%s' cannot name a model (letters, digits, '.', '_' and '-'); use --model NAME=PATH"
              .formatted(name));
    }
    return new ModelSource(name, path);
  }

  /** File name without its ending, in lower case. */
  private static String nameOf(Path path) {
    String name = path.toAbsolutePath().normalize().getFileName().toString();
    String stem =
        name.endsWith(".gguf") ? name.substring(0, name.length() - ".gguf".length()) : name;
    return stem.toLowerCase(java.util.Locale.ROOT).replaceAll("[^a-z0-9._-]", "-");
  }
}
