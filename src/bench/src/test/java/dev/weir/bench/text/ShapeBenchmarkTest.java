package dev.weir.bench.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weir.bench.BenchProgress;
import dev.weir.bench.BenchmarkResult;
import dev.weir.bench.PhysicalLimits;
import dev.weir.kernels.KernelLanguageModel;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ShapeBenchmarkTest {
  private static final PhysicalLimits LIMITS = new PhysicalLimits(40e9, 400e9, "testing");
  private static final PhysicalLimits AGAIN = new PhysicalLimits(50e9, 300e9, "testing");

  private final StringWriter printed = new StringWriter();

  private List<BenchmarkResult> run(ModelShape shape) throws InterruptedException {
    assumeTrue(KernelLanguageModel.obstacle(shape.config()).isEmpty());
    return new ShapeBenchmark(shape, TestingShapes::onKernels, threads -> AGAIN, 2, 2)
        .run(LIMITS, new PrintWriter(printed), BenchProgress.NONE);
  }

  @Test
  void theWeightsOfAStepTimesItsSpeedAreHeldAgainstTheHigherOfTwoMeasurements() throws Exception {
    List<BenchmarkResult> results = run(TestingShapes.SMALL);

    assertThat(results)
        .extracting(BenchmarkResult::name)
        .containsExactly("decode.b1.s", "decode.b1.s.vs.bandwidth");
    double speed = results.getFirst().value();
    assertThat(speed).isPositive();
    long bytes = RandomCheckpoint.bytes(TestingShapes.SMALL.config());
    assertThat(results.getLast().value()).isCloseTo(speed * bytes / 1e9, within(1e-9));
    assertThat(results.getLast().peerValue()).isEqualTo(50);
    assertThat(printed.toString()).contains("round 2 of 2: small", "kernels-cpu", "memory read");
  }

  @Test
  void aShapeThatDoesNotFitIsLeftOutWithALine() throws Exception {
    assertThat(run(TestingShapes.HUGE)).isEmpty();
    assertThat(printed.toString()).startsWith("huge is left out: it needs").hasLineCount(1);
  }

  @Test
  void aShapeThatIsNoneIsNamedWithThoseThatAre() {
    assertThatThrownBy(() -> ModelShape.named("llama-4"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("no shape is called llama-4, only [llama-3.2-1b]");
  }
}
