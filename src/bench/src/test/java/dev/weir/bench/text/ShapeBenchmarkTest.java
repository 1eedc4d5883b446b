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
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

final class ShapeBenchmarkTest {
  private static final double[] MEMORY = {40, 50, 1000, 30}; // GB/s, one after another

  private final AtomicInteger measurements = new AtomicInteger();
  private final StringWriter printed = new StringWriter();

  private List<BenchmarkResult> run(ModelShape shape) throws InterruptedException {
    assumeTrue(KernelLanguageModel.obstacle(shape.config()).isEmpty());
    return new ShapeBenchmark(shape, TestingShapes::onKernels, threads -> next(), 2, 3)
        .run(next(), new PrintWriter(printed), BenchProgress.NONE);
  }

  private PhysicalLimits next() {
    return new PhysicalLimits(MEMORY[measurements.getAndIncrement()] * 1e9, 400e9, "testing");
  }

  @Test
  void eachRoundIsHeldAgainstTheMemoryAroundItAndTheMiddleRatioCounts() throws Exception {
    List<BenchmarkResult> results = run(TestingShapes.SMALL);

    assertThat(results)
        .extracting(BenchmarkResult::name)
        .containsExactly("decode.b1.s", "decode.b1.s.vs.bandwidth");
    assertThat(measurements).hasValue(4);
    // 50 for the first round, whose ratio is far above those of the other two, 1000
    assertThat(results.getLast().peerValue()).isEqualTo(1000);
    double bytes = RandomCheckpoint.bytes(TestingShapes.SMALL.config());
    Matcher rounds = Pattern.compile("decode.b1 ([0-9.]+), ").matcher(printed.toString());
    double[] speeds = rounds.results().mapToDouble(r -> Double.parseDouble(r.group(1))).toArray();
    assertThat(speeds).hasSize(3);
    double faster = Math.max(speeds[1], speeds[2]);
    assertThat(results.getLast().value() * 1e9 / bytes).isCloseTo(faster, within(0.06));
    assertThat(printed.toString()).contains("round 3 of 3: small", "kernels-cpu", "memory read");
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
