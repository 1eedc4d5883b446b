package dev.weir.bench.text;

import dev.weir.bench.BenchmarkResult;
import dev.weir.bench.PhysicalLimits;
import dev.weir.bench.text.Measure.Phase;
import dev.weir.bench.text.Standing.Best;
import dev.weir.torch.QualityReport;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What came of a run, by the names that {@code --json} has.
 *
 * @param standings Weir's first
 * @param quality against float32, by contestant
 * @param limits of the machine
 * @param cost of a step of the model
 */
record TextResults(
    Workload workload,
    List<Standing> standings,
    Map<String, QualityReport> quality,
    PhysicalLimits limits,
    StepCost cost) {

  static final String OWN = "weir";
  private static final String LLAMA = "llamacpp";

  /** Sequences of a step that is limited by arithmetic, no more by memory. */
  private static final int COMPUTED_BATCH = 64;

  /** Everything that is measured, in the order of the table. */
  List<Measure> measures() {
    List<Measure> measures = new ArrayList<>();
    for (Phase phase : List.of(Phase.DECODE, Phase.THROUGHPUT)) {
      workload.batches().forEach(batch -> measures.add(new Measure(phase, batch)));
    }
    measures.add(new Measure(Phase.PREFILL, workload.prefillTokens()));
    return measures;
  }

  /** The names of the contestants, each once. */
  Set<String> names() {
    Set<String> names = new LinkedHashSet<>();
    standings.forEach(standing -> names.add(standing.name()));
    return names;
  }

  List<BenchmarkResult> named() {
    List<BenchmarkResult> results = new ArrayList<>();
    for (Measure measure : measures()) {
      Best own = Standing.best(standings, OWN, measure);
      if (own != null) {
        results.add(BenchmarkResult.of(measure.name(), own.speed(), "tokens/s"));
        for (String name : names()) {
          if (!name.equals(OWN) && compared(name, measure.phase())) {
            against(results, measure, own.speed(), name, name);
          }
        }
        if (measure.phase() != Phase.THROUGHPUT) {
          against(results, measure, own.speed(), LLAMA, LLAMA + "-best");
        }
      }
    }
    quality.forEach((name, report) -> {
      results.add(BenchmarkResult.of("kl." + name, report.klDivergence(), "nats"));
      results.add(BenchmarkResult.of("top1." + name, report.sameTop1(), "share"));
    });
    againstLimits(results);
    return results;
  }

  private void againstLimits(List<BenchmarkResult> results) {
    double read = limits.bytesPerSecond() / 1e9;
    results.add(BenchmarkResult.of("bandwidth.read", read, "GB/s"));
    Best single = Standing.best(standings, OWN, new Measure(Phase.DECODE, 1));
    if (single != null) {
      double reached = single.speed() * cost.bytes() / 1e9;
      results.add(
          BenchmarkResult.against("decode.b1.vs.bandwidth", reached, "GB/s", "memory read", read));
    }
    if (limits.knowsMultiplyAdds()) {
      double peak = limits.multiplyAddsPerSecond() / 1e9;
      String unit = "G multiply-adds/s";
      results.add(BenchmarkResult.of("int8.peak", peak, unit));
      Measure measure = new Measure(Phase.DECODE, COMPUTED_BATCH);
      Best many = Standing.best(standings, OWN, measure);
      if (many != null) {
        double reached = many.speed() * cost.multiplyAdds() / 1e9;
        String name = measure.name() + ".vs.vnni-peak";
        results.add(BenchmarkResult.against(name, reached, unit, limits.instruction(), peak));
      }
    }
  }

  /** llama.cpp's benchmarks take no part in throughput: they neither sample nor stop. */
  private static boolean compared(String name, Phase phase) {
    return name.startsWith(LLAMA) ? phase != Phase.THROUGHPUT : phase != Phase.DECODE;
  }

  private void against(
      List<BenchmarkResult> results, Measure measure, double own, String prefix, String name) {
    Best peer = Standing.best(standings, prefix, measure);
    if (peer != null) {
      String setting = peer.setting().isEmpty() ? "" : " (" + peer.setting() + ")";
      results.add(
          BenchmarkResult.against(
              measure.name() + ".vs." + name,
              own,
              "tokens/s",
              peer.name() + setting,
              peer.speed()));
    }
  }
}
