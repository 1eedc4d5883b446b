package dev.weir.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The {@code weir up} that the test classes of one run share: its start costs more than most of
 * them. It ends with this JVM.
 */
public final class SharedWeir {
  private static @Nullable WeirProcess started;
  private static @Nullable Path data;

  private SharedWeir() {}

  /** The running process; the first caller waits for its start. Skips where the model lacks. */
  public static synchronized WeirProcess process() throws Exception {
    if (started == null) {
      Path folder = data();
      Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(folder), "weir-shared-stop"));
      started = WeirProcess.up(folder);
    }
    return started;
  }

  /** Its data folder. */
  public static synchronized Path data() throws IOException {
    if (data == null) {
      data = Files.createTempDirectory("weir-shared");
    }
    return data;
  }

  private static synchronized void stop(Path folder) {
    try {
      if (started != null) {
        started.close();
      }
      try (Stream<Path> files = Files.walk(folder)) {
        files.sorted(Comparator.reverseOrder()).forEach(SharedWeir::delete);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void delete(Path file) {
    try {
      Files.delete(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
