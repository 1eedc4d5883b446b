package dev.weir.bench.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weir.bench.BenchProgress;
import dev.weir.bench.BenchmarkResult;
import dev.weir.kernels.StepPhase;
import dev.weir.text.Checkpoint;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ProfileBenchmarkTest {
  private final StringWriter printed = new StringWriter();

  @Test
  void everyPhaseOfEveryBatchHasItsTimeAndRoundsAreToldAsTheyCome() throws Exception {
    try (Checkpoint checkpoint = RandomCheckpoint.of("small", TestingShapes.SMALL.config())) {
      List<BenchmarkResult> results =
          new ProfileBenchmark(
                  slots -> TestingShapes.onKernels(checkpoint, slots),
                  new HashedWords(checkpoint.config().vocabulary()),
                  2,
                  1)
              .run(new PrintWriter(printed), BenchProgress.NONE);

      assertThat(results).extracting(BenchmarkResult::name).doesNotHaveDuplicates();
      for (String column : List.of("b1", "b16", "b32", "b32.sampled", "b64", "prefill.512")) {
        for (StepPhase phase : StepPhase.values()) {
          assertThat(value(results, "profile." + column + "." + phase.name().toLowerCase()))
              .isPositive();
        }
        assertThat(value(results, "profile." + column + ".sampling")).isPositive();
      }
      assertThat(value(results, "sampling.b32.share")).isBetween(0.0, 1.0);
      assertThat(value(results, "sampling.b32.greedy.share")).isBetween(0.0, 1.0);
      assertThat(printed.toString()).contains("round 1 of 1: prefill.512", "top-p 0.95");
    }
  }

  @Test
  void aModelThatDoesNotRunOnTheKernelsIsRefused() {
    ProfileBenchmark benchmark =
        new ProfileBenchmark(
            slots -> new OwnModel(new TestingModel(slots), "torch-cpu", "f32"),
            new TestingTokenizer(),
            1,
            1);
    assertThatThrownBy(() -> benchmark.run(new PrintWriter(printed), BenchProgress.NONE))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("torch-cpu has no phases that could be timed");
  }

  @Test
  void sharesAreOfTheWholeStepAndSamplingIsAskingAnsweringAndChoosing() {
    StepTimes times =
        new StepTimes(Map.of(StepPhase.QKV, 4.0, StepPhase.ANSWERS, 0.5), 0.2, 0.3, 5);
    assertThat(times.total()).isCloseTo(10, within(1e-12));
    assertThat(times.samplingShare()).isCloseTo(0.1, within(1e-12));

    ProfileReport report = new ProfileReport(Map.of("b32", times, "b32.sampled", times));
    report.print(new PrintWriter(printed));
    assertThat(printed.toString().lines())
        .anyMatch(line -> line.matches("qkv( +4.000 +40.0 %){2}"))
        .anyMatch(line -> line.matches("engine( +5.000 +50.0 %){2}"))
        .anyMatch(line -> line.matches("step( +10.000){2}"))
        .anyMatch(line -> line.contains("batch 32, all of it: 10.0 % at temperature 1"));
    assertThat(value(report.named(), "profile.b32.step")).isCloseTo(10, within(1e-12));
  }

  private static double value(List<BenchmarkResult> results, String name) {
    return results.stream()
        .filter(result -> result.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no result is called " + name))
        .value();
  }
}
