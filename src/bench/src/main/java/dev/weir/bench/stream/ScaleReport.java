package dev.weir.bench.stream;

import dev.weir.bench.BarChart;
import dev.weir.bench.BenchmarkResult;
import dev.weir.bench.Machine;
import dev.weir.bench.Samples;
import dev.weir.bench.stream.StreamLoad.Window;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** What people read: a row for each part as soon as it is there, what has a bar, and a plot. */
final class ScaleReport {
  private final PrintWriter out;

  ScaleReport(PrintWriter out) {
    this.out = out;
  }

  void head(Machine machine) {
    line(machine.describe());
    line(
        "delays in ms, from a token's birth to its client's socket; others: Kafka, workers and"
            + " all");
    line("clients, in one process; cores that each took on average");
    line(
        "%-28s %9s %7s %7s %7s %7s %8s %8s"
            .formatted("", "tokens/s", "p50", "p95", "p99", "most", "gateway", "others"));
  }

  void delay(String name, Window window) {
    Samples delays = window.delays();
    line(
        "%-28s %9.0f %7.2f %7.2f %7.2f %7.1f %8.2f %8.2f",
        name,
        window.tokens() / window.seconds(),
        delays.percentile(50),
        delays.percentile(95),
        delays.percentile(99),
        delays.percentile(100),
        window.gatewayCores(),
        window.otherCores());
  }

  void bytes(String what, Window window) {
    line(
        "log: %s: %.1f bytes a token, %.2f tokens a record, %.2f cores of the gateway, %.2f of"
            + " others",
        what,
        window.bytesPerToken(),
        window.tokensPerRecord(),
        window.gatewayCores(),
        window.otherCores());
  }

  void idle(int sockets, IdleSockets.Taken taken) {
    line(
        "%d idle sockets: %.0f MB resident (%.0f before), heap %.0f MB (%.0f before), %d open"
            + " files, %.2f cores",
        sockets,
        taken.open().resident() / 1e6,
        taken.before().resident() / 1e6,
        taken.open().heap() / 1e6,
        taken.before().heap() / 1e6,
        taken.open().openFiles(),
        taken.cores());
  }

  void share(GatewayShare.Traffic traffic, double expected, Window window) {
    line(
        "%d gateways: each reads %s of the records; %.2f bytes read for each written (%.2f"
            + " expected); %.2f cores of gateways, %.2f of others",
        traffic.shares().size(),
        traffic.shares().stream()
            .map(share -> String.format(Locale.ROOT, "%.0f %%", 100 * share))
            .collect(Collectors.joining(", ")),
        traffic.readPerWritten(),
        expected,
        window.gatewayCores(),
        window.otherCores());
  }

  /** What has a bar, and whether it holds. */
  void results(List<BenchmarkResult> results) {
    line("");
    line("%-42s %14s %14s".formatted("", "measured", "at most"));
    for (BenchmarkResult result : results) {
      Double bar = result.peerValue();
      if (bar != null && ScaleResults.BAR.equals(result.peer())) {
        line(
            "%-42s %14.2f %14.0f  %s%s",
            result.name(),
            result.value(),
            bar,
            result.unit(),
            result.value() <= bar ? "" : "  MISSED");
      }
    }
    for (BenchmarkResult result : results) {
      if (result.name().equals("stream.lost") || result.name().equals("stream.doubled")) {
        line("%-42s %14.0f %14s  %s", result.name(), result.value(), "0", result.unit());
      }
    }
  }

  private void line(String format, Object... values) {
    out.println(String.format(Locale.ROOT, format, values));
    out.flush();
  }

  private void line(String text) {
    out.println(text);
    out.flush();
  }

  /** The same as bars, an SVG document. */
  static String plot(ScaleResults results, String cpu) {
    BarChart chart = new BarChart("Streams under many readers on " + cpu);
    Map<String, Window> delays = results.delays();
    if (!delays.isEmpty()) {
      List<BarChart.Series> series = new ArrayList<>();
      for (int p : ScaleResults.PERCENTILES) {
        series.add(
            new BarChart.Series(
                "p" + p,
                delays.values().stream()
                    .mapToDouble(window -> window.delays().percentile(p))
                    .toArray()));
      }
      chart.panel(
          "Delay from a token's birth to its client's socket, ms",
          delays.keySet().stream().map(name -> name.substring("delay.".length())).toList(),
          series);
    }
    if (!results.bytesPerToken().isEmpty()) {
      chart.panel(
          "Bytes of the log for each token, by tokens a record",
          List.copyOf(results.bytesPerToken().keySet()),
          List.of(series("bytes", results.bytesPerToken().values())));
    }
    Map<Integer, GatewayShare.Traffic> shares = results.shares();
    if (!shares.isEmpty()) {
      List<String> groups = shares.keySet().stream().map(g -> g + " gateways").toList();
      chart.panel(
          "Share of the chunk log that the busiest gateway reads, %",
          groups,
          List.of(
              series(
                  "share",
                  shares.values().stream().map(traffic -> 100 * traffic.largestShare()).toList())));
      chart.panel(
          "Bytes read for each byte written, by all gateways and workers",
          groups,
          List.of(
              series(
                  "read",
                  shares.values().stream().map(GatewayShare.Traffic::readPerWritten).toList())));
    }
    return chart.svg();
  }

  private static BarChart.Series series(String name, java.util.Collection<Double> values) {
    return new BarChart.Series(name, values.stream().mapToDouble(Double::doubleValue).toArray());
  }
}
