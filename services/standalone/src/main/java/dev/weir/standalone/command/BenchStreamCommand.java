package dev.weir.standalone.command;

import java.io.PrintWriter;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What streams survive, and what they cost beside the models. */
@Command(
    name = "stream",
    description = {
      "Streams under faults (--faults), without a model under many readers (--scale), or in",
      "virtual time (--simulate).",
      "Leave the machine alone while it runs."
    })
final class BenchStreamCommand implements Callable<Integer> {
  @Option(
      names = "--model",
      paramLabel = "MODEL",
      description = "of --faults: NAME, PATH or NAME=PATH (default: ${DEFAULT-VALUE})",
      defaultValue = "smollm2")
  String model = "smollm2";

  @Option(
      names = "--streams",
      paramLabel = "N",
      description =
          "at the same time (default: 12 under faults; 1000 through one gateway with --scale, where"
              + " 0 leaves this part out)")
  @Nullable Integer streams;

  @Mixin FaultOptions faults = new FaultOptions();
  @Mixin StreamScale scale = new StreamScale();
  @Mixin SimulationOptions simulation = new SimulationOptions();
  @Mixin BenchOutput output = new BenchOutput();
  @Mixin DataOption data = new DataOption();
  @Spec @Nullable CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    CommandLine line = Objects.requireNonNull(spec).commandLine();
    PrintWriter out = line.getOut();
    if (Stream.of(faults.isChosen(), scale.wanted, simulation.isChosen()).filter(c -> c).count()
        != 1) {
      throw new CommandLine.ParameterException(
          line, "say what to measure: --faults, --scale or --simulate");
    }
    if (simulation.isChosen() && Objects.requireNonNull(simulation.count) < 1) {
      throw new CommandLine.ParameterException(line, "--simulate takes at least one schedule");
    }
    output.check();
    if (simulation.isChosen()) {
      return simulation.run(out, output, faults.seed);
    }
    return scale.wanted
        ? scale.run(line, out, output, streams)
        : faults.run(out, output, data.models(), model, streams);
  }
}
