package dev.weir.standalone.command;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The benchmarks. */
@Command(
    name = "bench",
    description = "Measure; results also as JSON (--json FILE).",
    subcommands = {
      BenchTextCommand.class,
      BenchServeCommand.class,
      BenchStreamCommand.class,
      BenchImageCommand.class
    })
final class BenchCommand implements Runnable {
  @Spec @Nullable CommandSpec spec;

  @Override
  public void run() {
    Objects.requireNonNull(spec).commandLine().usage(spec.commandLine().getOut());
  }
}
