package dev.weir.train.caption;

import dev.weir.train.TrainedWeights;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;

/** The trained caption transformer that is part of the build, which is served without a network. */
public final class CaptionModel {
  /** What it is called on Kafka and in the API. */
  public static final String NAME = "captions";

  /** What a worker opens, the weights last. */
  static final List<String> FILES =
      List.of(
          "generation_config.json",
          "tokenizer.json",
          "tokenizer_config.json",
          "config.json",
          TrainedWeights.FILE);

  private CaptionModel() {}

  /**
   * Puts its files into a folder, unless they are there. Under each name there is always a whole
   * file, also for those who read meanwhile.
   *
   * @throws IOException if they cannot be written
   */
  public static void unpack(Path folder) throws IOException {
    Files.createDirectories(folder);
    for (String name : FILES) {
      byte[] content = content(name);
      Path file = folder.resolve(name);
      if (!Files.exists(file) || !Arrays.equals(Files.readAllBytes(file), content)) {
        Path fresh = Files.createTempFile(folder, name, ".new");
        Files.write(fresh, content);
        Files.move(
            fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }

  /** One of its files. */
  static byte[] content(String name) throws IOException {
    try (InputStream in = CaptionModel.class.getResourceAsStream("/models/captions/" + name)) {
      if (in == null) {
        throw new IllegalStateException("models/captions/" + name + " is not in this build");
      }
      return in.readAllBytes();
    }
  }
}
