package dev.weir.standalone.command;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.weir.bench.simulation.SimulationBenchmark;
import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Option;

/** {@code bench stream --simulate}. */
final class SimulationOptions {
  @Option(
      names = "--simulate",
      paramLabel = "COUNT",
      arity = "0..1",
      fallbackValue = "1000000",
      description =
          "run so many schedules (default: 1000000) of a whole cluster in virtual time, with all"
              + " that can go wrong; with --seed one of them again, with all that happens in it")
  @Nullable Integer count;

  boolean isChosen() {
    return count != null;
  }

  /** Returns the exit code: 1 if something does not hold in a schedule. */
  int run(PrintWriter out, BenchOutput output, @Nullable Long seed) throws Exception {
    // Thousands of attempts fail there, on purpose.
    ((Logger) LoggerFactory.getLogger("dev.weir.stream")).setLevel(Level.OFF);
    if (seed != null) {
      return SimulationBenchmark.replay(seed, out) ? 0 : 1;
    }
    try (BenchTerminal progress = new BenchTerminal()) {
      SimulationBenchmark.Outcome outcome =
          new SimulationBenchmark(
                  count == null ? 0 : count, Runtime.getRuntime().availableProcessors())
              .run(out, progress);
      output.write(outcome.results());
      return outcome.violations() == 0 ? 0 : 1;
    }
  }
}
