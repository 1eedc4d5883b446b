package dev.weir.bench.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.bench.BenchProgress;
import dev.weir.bench.BenchmarkResult;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

/** Schedules, counted. */
final class SimulationBenchmarkTest {
  private final StringWriter out = new StringWriter();

  @Test
  void everySeedIsRunOnceWhateverTheNumberOfThreads() throws InterruptedException {
    var one = new SimulationBenchmark(2_500, 1).run(new PrintWriter(out), BenchProgress.NONE);
    var two = new SimulationBenchmark(2_500, 2).run(new PrintWriter(out), BenchProgress.NONE);
    assertThat(value(one, "stream.simulated")).isEqualTo(2_500);
    assertThat(value(one, "stream.simulation.violations")).isZero();
    assertThat(value(one, "stream.simulation.crashes")).isPositive();
    for (BenchmarkResult result : one.results()) {
      if (!result.unit().equals("schedules/s")) {
        assertThat(value(two, result.name())).as(result.name()).isEqualTo(result.value());
      }
    }
  }

  private static double value(SimulationBenchmark.Outcome outcome, String name) {
    return outcome.results().stream()
        .filter(result -> result.name().equals(name))
        .findAny()
        .orElseThrow()
        .value();
  }

  @Test
  void oneSeedIsReplayedWithItsJournal() {
    assertThat(SimulationBenchmark.replay(7, new PrintWriter(out))).isTrue();
    assertThat(out.toString()).contains("Schedule[", "started by w", "everything holds");
  }
}
