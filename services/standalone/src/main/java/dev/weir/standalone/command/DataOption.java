package dev.weir.standalone.command;

import dev.weir.standalone.model.ModelStore;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Where Weir keeps what outlives a process. */
final class DataOption {
  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "models, broker and caches lie here (default: $WEIR_DATA, else ~/.weir)",
      defaultValue = "${env:WEIR_DATA:-${sys:user.home}/.weir}")
  Path folder = Path.of(System.getProperty("user.home"), ".weir");

  ModelStore models() {
    return new ModelStore(folder);
  }
}
