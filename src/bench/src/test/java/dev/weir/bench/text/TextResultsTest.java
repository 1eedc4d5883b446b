package dev.weir.bench.text;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.bench.BenchmarkResult;
import dev.weir.bench.PhysicalLimits;
import dev.weir.bench.text.Measure.Phase;
import dev.weir.torch.QualityReport;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class TextResultsTest {
  private static final Workload WORKLOAD = Workload.of(List.of(1, 16, 64), 2);

  private static Standing standing(
      String name, String setting, double decode, double throughput, double prefill) {
    Standing standing = new Standing(name, setting);
    for (double noise : new double[] {0.5, 1, 1.2}) { // of which the median is 1
      standing.add(
          Map.of(
              new Measure(Phase.DECODE, 1), decode * noise,
              new Measure(Phase.DECODE, 16), 8 * decode * noise,
              new Measure(Phase.DECODE, 64), 10 * decode * noise,
              new Measure(Phase.THROUGHPUT, 1), throughput * noise,
              new Measure(Phase.THROUGHPUT, 16), 8 * throughput * noise,
              new Measure(Phase.PREFILL, 512), prefill * noise));
    }
    return standing;
  }

  private static Standing openVino() {
    Standing standing = new Standing("openvino", "");
    standing.add(
        Map.of(
            new Measure(Phase.THROUGHPUT, 1), 50.0,
            new Measure(Phase.THROUGHPUT, 16), 500.0,
            new Measure(Phase.PREFILL, 512), 900.0));
    return standing;
  }

  private final TextResults results =
      new TextResults(
          WORKLOAD,
          List.of(
              standing("weir", "", 300, 200, 3000),
              standing("llamacpp-as-shipped", "flash attention on", 150, 80, 400),
              standing("llamacpp-as-shipped", "flash attention off", 100, 90, 500),
              standing("llamacpp-bf16", "flash attention on", 120, 70, 1500),
              openVino()),
          Map.of("weir", new QualityReport(1536, 16.86, 16.9, 0.003, 0.965)),
          new PhysicalLimits(40e9, 600e9, "vpdpbusd, 512 bits"),
          new StepCost(100_000_000, 125_000_000));

  private BenchmarkResult named(String name) {
    return results.named().stream()
        .filter(result -> result.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no result is called " + name));
  }

  @Test
  void theNamesOfTheBarsAreThere() {
    assertThat(results.named())
        .extracting(BenchmarkResult::name)
        .contains(
            "decode.b1",
            "decode.b1.vs.llamacpp-as-shipped",
            "decode.b16.vs.llamacpp-best",
            "throughput.b16",
            "throughput.b16.vs.openvino",
            "prefill.512.vs.llamacpp-best",
            "kl.weir",
            "bandwidth.read",
            "decode.b1.vs.bandwidth",
            "int8.peak",
            "decode.b64.vs.vnni-peak")
        .doesNotHaveDuplicates();
  }

  @Test
  void decodeIsAgainstLlamaCppAndThroughputAgainstOpenVino() {
    assertThat(results.named())
        .extracting(BenchmarkResult::name)
        .doesNotContain("decode.b1.vs.openvino", "throughput.b1.vs.llamacpp-as-shipped");
  }

  @Test
  void aPeerCountsWithItsBetterSettingAndTheBestPeerWithItsName() {
    assertThat(named("decode.b1.vs.llamacpp-as-shipped"))
        .isEqualTo(
            BenchmarkResult.against(
                "decode.b1.vs.llamacpp-as-shipped",
                300,
                "tokens/s",
                "llamacpp-as-shipped (flash attention on)",
                150));
    assertThat(named("prefill.512.vs.llamacpp-best").peer())
        .isEqualTo("llamacpp-bf16 (flash attention on)");
    assertThat(named("prefill.512.vs.llamacpp-best").ratio()).isEqualTo(2);
    assertThat(named("throughput.b16.vs.openvino").ratio()).isEqualTo(1600.0 / 500);
  }

  @Test
  void decodeIsHeldAgainstTheBandwidthOfTheSameRun() {
    // 300 tokens/s of 0.1 GB each, of 40 GB/s
    assertThat(named("decode.b1.vs.bandwidth").ratio()).isEqualTo(0.75);
  }

  @Test
  void batch64IsHeldAgainstTheProductsOfTheSameRun() {
    // 3,000 tokens/s of 0.125 G multiply-adds each, of 600 G/s
    assertThat(named("decode.b64.vs.vnni-peak"))
        .isEqualTo(
            BenchmarkResult.against(
                "decode.b64.vs.vnni-peak", 375, "G multiply-adds/s", "vpdpbusd, 512 bits", 600));
  }

  @Test
  void withoutKernelsNothingIsHeldAgainstProductsAndALineSaysSo() {
    PhysicalLimits unknown = new PhysicalLimits(40e9, Double.NaN, "there is no compiler");
    assertThat(
            new TextResults(WORKLOAD, results.standings(), Map.of(), unknown, results.cost())
                .named())
        .extracting(BenchmarkResult::name)
        .contains("decode.b1.vs.bandwidth")
        .doesNotContain("int8.peak", "decode.b64.vs.vnni-peak");
    StringWriter out = new StringWriter();
    unknown.print(new PrintWriter(out));
    assertThat(out.toString()).contains("memory: 40.0 GB/s", "there is no compiler");
  }

  @Test
  void theReportHasARowForEveryoneAndADashForWhatWasNotMeasured() {
    StringWriter out = new StringWriter();
    TextReport.print(results, new PrintWriter(out));
    assertThat(out.toString().lines())
        .anyMatch(line -> line.matches("openvino +- +- +- +50.0 +500.0 +- +900.0"))
        .anyMatch(line -> line.matches("llamacpp-as-shipped, flash attention off +100.0 .*"))
        .anyMatch(line -> line.matches("weir +0.00300 +96.5 % +16.900 +300, 2400"))
        .anyMatch(line -> line.matches("prefill.512.vs.llamacpp-best +3000.0 +1500.0 +2.00 .*"));
    assertThat(TextReport.plot(results, "t")).contains("llamacpp-bf16, batch 16: 960.0");
  }

  @Test
  void aRoundTellsWhatEachMeasureReached() {
    assertThat(TextReport.round("round 1 of 3: weir", Map.of(new Measure(Phase.DECODE, 4), 7.25)))
        .matches("round 1 of 3: weir +decode.b4 7.3");
  }
}
