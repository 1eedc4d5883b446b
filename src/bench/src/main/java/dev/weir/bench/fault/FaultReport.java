package dev.weir.bench.fault;

import dev.weir.bench.BarChart;
import dev.weir.bench.BenchmarkResult;
import dev.weir.bench.Samples;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What a run of faults says at its end. */
final class FaultReport {
  /** Upper ends of the bars of the histogram, in seconds; the last one takes the rest. */
  private static final double[] BARS = {0.25, 0.5, 1, 1.5, 2, 3, 4, 5, 7, 10, 15, 20, 30};

  private FaultReport() {}

  static List<BenchmarkResult> results(FaultPlan plan, Tally.Sum sum) {
    List<BenchmarkResult> results = new ArrayList<>();
    results.add(BenchmarkResult.of("stream.streams", sum.streams(), "streams"));
    results.add(BenchmarkResult.of("stream.readings", sum.readings(), "readings"));
    results.add(BenchmarkResult.of("stream.tokens", sum.tokens(), "tokens"));
    for (FaultKind kind : plan.kinds()) {
      int count = sum.faults().getOrDefault(kind, 0);
      results.add(BenchmarkResult.of("stream.faults." + kind, count, "faults"));
    }
    results.add(BenchmarkResult.of("stream.lost", sum.lost(), "tokens"));
    results.add(BenchmarkResult.of("stream.doubled", sum.doubled(), "tokens"));
    results.add(BenchmarkResult.of("stream.changed", sum.changed(), "tokens"));
    addTimes(results, "stream.resume", killTimes(sum));
    sum.resumeMs()
        .forEach((kind, times) -> addTimes(results, "stream.resume." + kind, Samples.of(times)));
    results.add(BenchmarkResult.of("stream.gap.longest", sum.longestGapMs(), "ms"));
    results.add(BenchmarkResult.of("stream.rolling.gap.longest", sum.longestRollingGapMs(), "ms"));
    results.add(BenchmarkResult.of("stream.rolling.drain.longest", sum.longestDrainMs(), "ms"));
    results.add(BenchmarkResult.of("stream.rolling.refused", sum.refusedRolling(), "requests"));
    results.add(BenchmarkResult.of("stream.refused", sum.refused(), "requests"));
    return results;
  }

  /** Behind a worker that was killed, once or again. */
  private static Samples killTimes(Tally.Sum sum) {
    List<Double> all = new ArrayList<>();
    for (FaultKind kind : List.of(FaultKind.WORKER_KILL, FaultKind.WORKER_KILL_AGAIN)) {
      all.addAll(sum.resumeMs().getOrDefault(kind, List.of()));
    }
    return Samples.of(all);
  }

  private static void addTimes(List<BenchmarkResult> results, String name, Samples times) {
    if (times.sorted().length > 0) { // what nobody measured is left out
      results.add(BenchmarkResult.of(name + ".p50", times.percentile(50), "ms"));
      results.add(BenchmarkResult.of(name + ".p99", times.percentile(99), "ms"));
    }
  }

  static void print(List<BenchmarkResult> results, PrintWriter out) {
    for (BenchmarkResult result : results) {
      out.printf(Locale.ROOT, "%-36s %14.0f %s%n", result.name(), result.value(), result.unit());
    }
    out.flush();
  }

  /** How many streams took how long to go on, a panel for each kind of fault. */
  static String plot(Tally.Sum sum) {
    BarChart chart = new BarChart("Streams by the time to their next token, after a fault");
    List<String> groups = new ArrayList<>();
    for (double end : BARS) {
      groups.add("≤ %s s".formatted(end == Math.rint(end) ? "%.0f".formatted(end) : end));
    }
    groups.add("more");
    for (Map.Entry<FaultKind, List<Double>> entry : sum.resumeMs().entrySet()) {
      double[] counts = new double[groups.size()];
      entry.getValue().forEach(ms -> counts[bar(ms / 1000)]++);
      String title = "%s, %d streams".formatted(entry.getKey(), entry.getValue().size());
      chart.panel(title, groups, List.of(new BarChart.Series("streams", counts)));
    }
    return chart.svg();
  }

  private static int bar(double seconds) {
    int found = Arrays.binarySearch(BARS, seconds);
    return found >= 0 ? found : -found - 1;
  }
}
