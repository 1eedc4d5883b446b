package dev.weir.standalone.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.weir.bench.BenchmarkResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the results of a benchmark go beside the terminal. */
final class BenchOutput {
  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "write the results there, and a plot beside it with the ending .svg")
  @Nullable Path json;

  /** Whether they can be written is better known before the minutes that they take. */
  void check() {
    Path file = json;
    if (file == null) {
      return;
    }
    Path folder = Objects.requireNonNull(file.toAbsolutePath().getParent());
    if (!Files.isWritable(folder) || Files.isDirectory(file)) {
      throw new CommandException("--json %s: no file can be written there".formatted(file));
    }
  }

  /** Writes the results, if a file is named. */
  void write(List<BenchmarkResult> results) throws IOException {
    Path file = json;
    if (file != null) {
      new ObjectMapper()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .writeValue(file.toFile(), results);
    }
  }

  /** Writes the plot too; its file has the same name with its own ending. */
  void write(List<BenchmarkResult> results, String plot) throws IOException {
    write(results);
    Path file = json;
    if (file != null) {
      String stem = file.getFileName().toString().replaceFirst("\\.json$", "");
      Files.writeString(file.resolveSibling(stem + ".svg"), plot);
    }
  }
}
