package dev.weir.bench.text;

import dev.weir.bench.BenchmarkResult;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * What a profile says, as a table and as figures.
 *
 * @param columns by what was run: {@code b16}, {@code prefill.512}
 * @param sampled steps of {@code batch} sequences at temperature 1 and top-p 0.95
 * @param greedy the same, each token the most probable
 */
record ProfileReport(
    Map<String, StepTimes> columns, int batch, StepTimes sampled, StepTimes greedy) {

  List<BenchmarkResult> named() {
    List<BenchmarkResult> results = new ArrayList<>();
    columns.forEach((column, times) -> {
      times
          .named()
          .forEach((row, ms) ->
              results.add(BenchmarkResult.of("profile." + column + "." + row, ms, "ms")));
      results.add(BenchmarkResult.of("profile." + column + ".step", times.total(), "ms"));
    });
    String sampling = "sampling.b" + batch;
    results.add(BenchmarkResult.of(sampling + ".share", sampled.samplingShare(), "share"));
    results.add(BenchmarkResult.of(sampling + ".greedy.share", greedy.samplingShare(), "share"));
    return results;
  }

  void print(PrintWriter out) {
    StringBuilder head = new StringBuilder("%n%-28s".formatted("Milliseconds of a step, share"));
    columns.keySet().forEach(column -> head.append("%19s".formatted(column)));
    out.println(head);
    Set<String> rows = columns.values().iterator().next().named().keySet();
    for (String row : rows) {
      StringBuilder line = new StringBuilder("%-28s".formatted(row));
      for (StepTimes times : columns.values()) {
        double ms = times.named().getOrDefault(row, 0.0);
        line.append(String.format(Locale.ROOT, "%10.3f %6.1f %%", ms, 100 * ms / times.total()));
      }
      out.println(line);
    }
    StringBuilder line = new StringBuilder("%-28s".formatted("step"));
    columns
        .values()
        .forEach(times -> line.append(String.format(Locale.ROOT, "%10.3f %8s", times.total(), "")));
    out.println(line.toString().stripTrailing());
    out.printf(
        Locale.ROOT,
        "%nSampling of a step at batch %d, all of it: %.1f %% at temperature 1 and top-p 0.95,"
            + " %.1f %% greedy%n",
        batch,
        100 * sampled.samplingShare(),
        100 * greedy.samplingShare());
    out.flush();
  }
}
