package dev.weir.bench.serve;

import dev.weir.bench.BarChart;
import dev.weir.bench.BenchmarkResult;
import dev.weir.bench.Samples;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * What came of a run, by the names that {@code --json} has.
 *
 * @param outcomes by server and load, Weir's first; rounds of a load together
 */
record ServeResults(Map<ServeTarget, Map<Load, LoadOutcome>> outcomes, List<Load> loads) {
  private static final String OWN = "weir";
  private static final String LLAMA = "llama-server";

  static final String HEAD =
      "%-44s %6s %9s %23s %23s %7s"
          .formatted("server", "load", "tokens/s", "ttft ms 50/95/99", "gap ms 50/95/99", "errors");

  static String row(ServeTarget target, Load load, LoadOutcome outcome) {
    return String.format(
        Locale.ROOT,
        "%-44s %6s %9.1f %23s %23s %7d%s",
        target.setting().isEmpty() ? target.name() : target.name() + ", " + target.setting(),
        load.name(),
        outcome.tokensPerSecond(),
        percentiles(outcome.firstToken()),
        percentiles(outcome.betweenTokens()),
        outcome.errors(),
        outcome.error().isEmpty() ? "" : " (" + outcome.error() + ")");
  }

  private static String percentiles(Samples samples) {
    return String.format(
        Locale.ROOT,
        "%.1f %.1f %.1f",
        samples.percentile(50),
        samples.percentile(95),
        samples.percentile(99));
  }

  List<BenchmarkResult> named() {
    List<BenchmarkResult> results = new ArrayList<>();
    for (Load load : loads) {
      for (Map.Entry<ServeTarget, Map<Load, LoadOutcome>> entry : outcomes.entrySet()) {
        LoadOutcome own = entry.getValue().get(load);
        if (entry.getKey().name().equals(OWN) && own != null) {
          own(results, load, own);
          for (String peer : peers()) {
            against(results, load, own, peer, peer);
          }
          against(results, load, own, LLAMA, LLAMA + "-best");
        }
      }
    }
    return results;
  }

  private static void own(List<BenchmarkResult> results, Load load, LoadOutcome outcome) {
    String name = load.name();
    results.add(BenchmarkResult.of("served." + name, outcome.tokensPerSecond(), "tokens/s"));
    for (int p : new int[] {50, 95, 99}) {
      results.add(
          BenchmarkResult.of("ttft." + name + ".p" + p, outcome.firstToken().percentile(p), "ms"));
      results.add(
          BenchmarkResult.of(
              "gap." + name + ".p" + p, outcome.betweenTokens().percentile(p), "ms"));
    }
    results.add(BenchmarkResult.of("prompt." + name, outcome.meanPromptTokens(), "tokens"));
    results.add(BenchmarkResult.of("served." + name + ".errors", outcome.errors(), "requests"));
  }

  private Set<String> peers() {
    Set<String> names = new LinkedHashSet<>();
    outcomes.keySet().stream()
        .map(ServeTarget::name)
        .filter(name -> !name.equals(OWN))
        .forEach(names::add);
    return names;
  }

  /** Against the best of those whose names begin so: most tokens/s, least time to first token. */
  private void against(
      List<BenchmarkResult> results, Load load, LoadOutcome own, String prefix, String name) {
    Peer fastest = best(load, prefix, LoadOutcome::tokensPerSecond);
    if (fastest != null) {
      results.add(
          BenchmarkResult.against(
              "served." + load.name() + ".vs." + name,
              own.tokensPerSecond(),
              "tokens/s",
              fastest.name,
              fastest.value));
    }
    Peer first = best(load, prefix, outcome -> -outcome.firstToken().percentile(50));
    if (first != null) {
      results.add(
          BenchmarkResult.against(
              "ttft." + load.name() + ".vs." + name,
              own.firstToken().percentile(50),
              "ms",
              first.name,
              -first.value));
    }
  }

  private record Peer(String name, double value) {}

  private @Nullable Peer best(Load load, String prefix, ToDoubleFunction<LoadOutcome> value) {
    Peer best = null;
    for (Map.Entry<ServeTarget, Map<Load, LoadOutcome>> entry : outcomes.entrySet()) {
      ServeTarget target = entry.getKey();
      LoadOutcome outcome = entry.getValue().get(load);
      // A server that refuses work is fast: it takes no part.
      if (target.name().startsWith(prefix) && outcome != null && outcome.errors() == 0) {
        double reached = value.applyAsDouble(outcome);
        if (best == null || reached > best.value) {
          String setting = target.setting().isEmpty() ? "" : " (" + target.setting() + ")";
          best = new Peer(target.name() + setting, reached);
        }
      }
    }
    return best;
  }

  /** The same as bars, an SVG document; of a peer's settings the one with most tokens/s. */
  String plot(String title) {
    BarChart chart = new BarChart(title);
    chart.panel("Output tokens/s", names(), series(LoadOutcome::tokensPerSecond));
    chart.panel(
        "Median time to first token, ms",
        names(),
        series(outcome -> outcome.firstToken().percentile(50)));
    chart.panel(
        "99th percentile of the time between tokens, ms",
        names(),
        series(outcome -> outcome.betweenTokens().percentile(99)));
    return chart.svg();
  }

  private List<String> names() {
    return loads.stream().map(Load::name).toList();
  }

  private List<BarChart.Series> series(ToDoubleFunction<LoadOutcome> value) {
    Set<String> names = new LinkedHashSet<>();
    outcomes.keySet().forEach(target -> names.add(target.name()));
    List<BarChart.Series> series = new ArrayList<>();
    for (String name : names) {
      double[] values = new double[loads.size()];
      for (int i = 0; i < values.length; i++) {
        LoadOutcome fastest = fastest(name, loads.get(i));
        values[i] = fastest == null ? Double.NaN : value.applyAsDouble(fastest);
      }
      series.add(new BarChart.Series(name, values));
    }
    return series;
  }

  private @Nullable LoadOutcome fastest(String name, Load load) {
    return outcomes.entrySet().stream()
        .filter(entry -> entry.getKey().name().equals(name))
        .map(entry -> entry.getValue().get(load))
        .filter(Objects::nonNull)
        .max(Comparator.comparingDouble(LoadOutcome::tokensPerSecond))
        .orElse(null);
  }

  void print(PrintWriter out) {
    List<BenchmarkResult> compared =
        named().stream().filter(result -> result.peerValue() != null).toList();
    if (compared.isEmpty()) {
      return;
    }
    out.printf("%n%-44s %10s %10s %7s  %s%n", "", OWN, "peer", "ratio", "peer");
    for (BenchmarkResult result : compared) {
      out.printf(
          Locale.ROOT,
          "%-44s %10.1f %10.1f %7.2f  %s%n",
          result.name(),
          result.value(),
          result.peerValue(),
          result.ratio(),
          result.peer());
    }
    out.flush();
  }
}
