package dev.weir.bench.text;

import dev.weir.bench.BarChart;
import dev.weir.bench.ComparisonTable;
import dev.weir.bench.text.Measure.Phase;
import dev.weir.bench.text.Standing.Best;
import dev.weir.torch.QualityReport;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/** What people read: a table of medians, the ratios, and a plot. */
final class TextReport {
  private TextReport() {}

  static void print(TextResults results, PrintWriter out) {
    Workload workload = results.workload();
    out.printf(
        Locale.ROOT,
        "%nTokens/s, medians; %d tokens in, %d out; decode without the prompts, throughput with"
            + " them%n",
        workload.promptTokens(),
        workload.outputTokens());
    table(results, out);
    quality(results.quality(), name -> speeds(results, name), out);
    ComparisonTable.print(results.named(), out);
  }

  /** What one contestant reached in one round. */
  static String round(String what, Map<Measure, Double> speeds) {
    StringBuilder line = new StringBuilder(String.format("%-58s", what));
    speeds.forEach((measure, speed) ->
        line.append(String.format(Locale.ROOT, " %s %.1f", measure.name(), speed)));
    return line.toString();
  }

  private static void table(TextResults results, PrintWriter out) {
    List<Measure> measures = results.measures();
    StringBuilder head = new StringBuilder("%-40s".formatted(""));
    for (Measure measure : measures) {
      head.append("%9s".formatted(column(measure)));
    }
    out.println(head);
    for (Standing standing : results.standings()) {
      String who =
          standing.setting().isEmpty()
              ? standing.name()
              : standing.name() + ", " + standing.setting();
      StringBuilder row = new StringBuilder("%-40s".formatted(who));
      for (Measure measure : measures) {
        double speed = standing.median(measure);
        row.append(
            Double.isNaN(speed)
                ? "%9s".formatted("-")
                : String.format(Locale.ROOT, "%9.1f", speed));
      }
      out.println(row.toString().stripTrailing());
    }
  }

  private static String column(Measure measure) {
    return switch (measure.phase()) {
      case DECODE -> "dec b" + measure.size();
      case THROUGHPUT -> "thr b" + measure.size();
      case PREFILL -> "pre " + measure.size();
    };
  }

  /** Everybody's loss against float32, with the speed beside it where it is known. */
  static void quality(
      Map<String, QualityReport> quality, Function<String, String> speeds, PrintWriter out) {
    if (quality.isEmpty()) {
      return;
    }
    out.printf(
        "%n%-40s %10s %10s %12s  %s%n",
        "Against float32 on the file's values",
        "KL, nats",
        "same top",
        "perplexity",
        "tokens/s b1, b16");
    quality.forEach((name, report) ->
        out.printf(
            Locale.ROOT,
            "%-40s %10.5f %8.1f %% %12.3f  %s%n",
            name,
            report.klDivergence(),
            100 * report.sameTop1(),
            report.perplexity(),
            speeds.apply(name)));
    QualityReport first = quality.values().iterator().next();
    out.printf(
        Locale.ROOT,
        "%-40s %34.3f  (%d predictions)%n",
        "float32",
        first.referencePerplexity(),
        first.tokens());
    out.flush();
  }

  /** The speed that stands beside the quality: decode, or throughput for who cannot tell it. */
  private static String speeds(TextResults results, String name) {
    List<String> speeds = new ArrayList<>();
    for (int batch : List.of(1, 16)) {
      Best best = Standing.best(results.standings(), name, new Measure(Phase.DECODE, batch));
      if (best == null) {
        best = Standing.best(results.standings(), name, new Measure(Phase.THROUGHPUT, batch));
      }
      speeds.add(best == null ? "-" : String.format(Locale.ROOT, "%.0f", best.speed()));
    }
    return String.join(", ", speeds);
  }

  /** The same as bars, an SVG document. */
  static String plot(TextResults results, String title) {
    BarChart chart = new BarChart(title);
    Workload workload = results.workload();
    for (Phase phase : Phase.values()) {
      List<Integer> sizes =
          phase == Phase.PREFILL ? List.of(workload.prefillTokens()) : workload.batches();
      List<BarChart.Series> series = new ArrayList<>();
      for (String name : results.names()) {
        double[] values = new double[sizes.size()];
        for (int i = 0; i < values.length; i++) {
          Best best = Standing.best(results.standings(), name, new Measure(phase, sizes.get(i)));
          values[i] = best == null ? Double.NaN : best.speed();
        }
        series.add(new BarChart.Series(name, values));
      }
      chart.panel(
          panel(phase),
          sizes.stream()
              .map(size -> phase == Phase.PREFILL ? size + " tokens" : "batch " + size)
              .toList(),
          series);
    }
    return chart.svg();
  }

  private static String panel(Phase phase) {
    return switch (phase) {
      case DECODE -> "Decode, output tokens/s";
      case THROUGHPUT -> "Prompt and output, output tokens/s";
      case PREFILL -> "Prompt, tokens/s";
    };
  }
}
