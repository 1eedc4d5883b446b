package dev.weir.bench.serve;

import dev.weir.bench.BarChart;
import dev.weir.bench.BenchmarkResult;
import dev.weir.bench.ComparisonTable;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntToDoubleFunction;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What people read: a row for each load, medians, ratios, and a plot. */
final class ServeReport {
  static final String HEAD =
      "%-44s %6s %9s %23s %23s %7s %7s"
          .formatted(
              "server",
              "load",
              "tokens/s",
              "ttft ms 50/95/99",
              "gap ms 50/95/99",
              "errors",
              "client");

  private ServeReport() {}

  static String row(ServeTarget target, Load load, LoadRounds rounds, int cores) {
    return String.format(
        Locale.ROOT,
        "%-44s %6s %9.1f %23s %23s %7d %5.1f %%%s",
        target.label(),
        load.name(),
        rounds.tokensPerSecond(),
        percentiles(rounds::firstToken),
        percentiles(rounds::betweenTokens),
        rounds.errors(),
        100 * rounds.clientShare(cores),
        rounds.error().isEmpty() ? "" : " (" + rounds.error() + ")");
  }

  private static String percentiles(IntToDoubleFunction figure) {
    return ServeResults.PERCENTILES.stream()
        .map(p -> figure.applyAsDouble(p))
        .map(ms -> Double.isNaN(ms) ? "-" : String.format(Locale.ROOT, "%.1f", ms))
        .collect(Collectors.joining(" "));
  }

  /** Behind the rounds: their medians, who takes no part and why, and the ratios. */
  static void print(ServeResults results, int rounds, PrintWriter out) {
    if (rounds > 1) {
      out.printf("%nMedians of %d rounds%n%s%n", rounds, HEAD);
      results
          .rounds()
          .forEach((target, loads) ->
              loads.forEach((load, one) -> out.println(row(target, load, one, results.cores()))));
    }
    results
        .rounds()
        .forEach((target, loads) -> loads.forEach((load, one) -> remark(target, load, one, out)));
    List<BenchmarkResult> named = results.named();
    if (named.stream().anyMatch(result -> result.peerValue() != null)) {
      ComparisonTable.print(named, out);
    }
    out.flush();
  }

  private static void remark(ServeTarget target, Load load, LoadRounds one, PrintWriter out) {
    if (one.errors() > 0) {
      out.printf(
          "%s, %s: %d of %d requests failed (%s), so it is not compared there%n",
          target.label(), load.name(), one.errors(), one.errors() + one.answers(), one.error());
    }
    if (one.cachedTokens() > 0) {
      out.printf(
          "%s, %s: %d tokens of prompts came from a cache, so times to first token are too short%n",
          target.label(), load.name(), one.cachedTokens());
    }
  }

  /** The same as bars, an SVG document; of a peer's settings the one with most tokens/s. */
  static String plot(ServeResults results, String title) {
    BarChart chart = new BarChart(title);
    panel(chart, results, "Output tokens/s", LoadRounds::tokensPerSecond);
    panel(chart, results, "Median time to first token, ms", one -> one.firstToken(50));
    panel(chart, results, "Median time between tokens, ms", one -> one.betweenTokens(50));
    panel(
        chart,
        results,
        "99th percentile of the time between tokens, ms",
        one -> one.betweenTokens(99));
    return chart.svg();
  }

  private static void panel(
      BarChart chart, ServeResults results, String title, ToDoubleFunction<LoadRounds> figure) {
    List<BarChart.Series> series = new ArrayList<>();
    for (String name : results.names()) {
      double[] values =
          results.loads().stream()
              .map(load -> fastest(results, name, load))
              .mapToDouble(one -> one == null ? Double.NaN : figure.applyAsDouble(one))
              .toArray();
      series.add(new BarChart.Series(name, values));
    }
    chart.panel(title, results.loads().stream().map(ServeReport::group).toList(), series);
  }

  private static String group(Load load) {
    return switch (load) {
      case Load.Closed(int clients) -> clients == 1 ? "1 client" : clients + " clients";
      case Load.Open open -> open.name().substring(1) + " requests/s";
    };
  }

  private static @Nullable LoadRounds fastest(ServeResults results, String name, Load load) {
    return results.rounds().entrySet().stream()
        .filter(entry -> entry.getKey().name().equals(name))
        .map(Map.Entry::getValue)
        .map(loads -> loads.get(load))
        .filter(Objects::nonNull)
        .max(Comparator.comparingDouble(LoadRounds::tokensPerSecond))
        .orElse(null);
  }
}
