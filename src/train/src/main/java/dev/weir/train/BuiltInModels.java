package dev.weir.train;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A trained network that is part of the build, as files: they are copied to a folder that nobody
 * else can read, for weights are mapped into memory, and deleted on close.
 */
public final class BuiltInModels implements AutoCloseable {
  /** What networks are computed with, and what tells how they were made; not all have all. */
  private static final List<String> FILES =
      List.of(TrainedWeights.FILE, "config.json", "figures.json", "recipe.json");

  private final Path folder;

  private BuiltInModels(Path folder) {
    this.folder = folder;
  }

  /** Whether the build has a network of this family. */
  public static boolean has(String family) {
    return BuiltInModels.class.getResource(resource(family, TrainedWeights.FILE)) != null;
  }

  /**
   * Copies the files of a family.
   *
   * @param family {@code pixel}, {@code vae}, {@code judge}
   * @throws IOException if there is no room for them
   * @throws IllegalArgumentException if the build has no such network
   */
  public static BuiltInModels open(String family) throws IOException {
    if (!has(family)) {
      throw new IllegalArgumentException("this build has no trained network '" + family + "'");
    }
    BuiltInModels models = new BuiltInModels(Files.createTempDirectory("weir-" + family + "-"));
    try {
      for (String name : FILES) {
        try (InputStream in = BuiltInModels.class.getResourceAsStream(resource(family, name))) {
          if (in != null) {
            Files.copy(in, models.folder.resolve(name));
          }
        }
      }
      return models;
    } catch (IOException e) {
      models.close();
      throw e;
    }
  }

  private static String resource(String family, String name) {
    return "/models/" + family + "/" + name;
  }

  /** Where the files are until this is closed. */
  public Path folder() {
    return folder;
  }

  @Override
  public void close() {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException | UncheckedIOException e) {
      // Temporary files that stay are no reason to fail what has been computed.
    }
  }
}
