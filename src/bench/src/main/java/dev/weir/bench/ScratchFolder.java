package dev.weir.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** A folder for what a benchmark needs while it runs; it goes with the benchmark. */
public record ScratchFolder(Path path) implements AutoCloseable {

  /**
   * Makes one among the temporary files.
   *
   * @throws IOException if there is no room for it
   */
  public static ScratchFolder create() throws IOException {
    return new ScratchFolder(Files.createTempDirectory("weir-bench-"));
  }

  /** Deletes it and all that lies in it. */
  @Override
  public void close() {
    try (Stream<Path> files = Files.walk(path)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException | UncheckedIOException e) {
      // Temporary files that stay are no reason to lose a measurement.
    }
  }
}
