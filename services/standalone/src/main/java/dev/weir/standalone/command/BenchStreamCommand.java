package dev.weir.standalone.command;

import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What streams survive. */
@Command(name = "stream", description = "Streams under faults (--faults).")
final class BenchStreamCommand implements Callable<Integer> {
  @Option(
      names = "--model",
      paramLabel = "MODEL",
      description = "NAME, PATH or NAME=PATH (default: ${DEFAULT-VALUE})",
      defaultValue = "smollm2")
  String model = "smollm2";

  @Mixin FaultOptions faults = new FaultOptions();
  @Mixin BenchOutput output = new BenchOutput();
  @Mixin DataOption data = new DataOption();
  @Spec @Nullable CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    CommandLine line = Objects.requireNonNull(spec).commandLine();
    if (faults.isChosen()) {
      return faults.run(line.getOut(), output, data.models(), model);
    }
    throw new CommandLine.ParameterException(line, "say what to measure: --faults");
  }
}
