package dev.weir.bench.text;

import dev.weir.bench.BenchmarkResult;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * What a profile says, as a table and as figures.
 *
 * @param columns by what was run: {@code b16}, {@code prefill.512}; {@link #GREEDY} and {@link
 *     #SAMPLED} among them
 */
record ProfileReport(Map<String, StepTimes> columns) {
  /** Sequences of a step whose sampling is looked at. */
  static final int SAMPLED_BATCH = 32;

  /** Each token the most probable. */
  static final String GREEDY = "b" + SAMPLED_BATCH;

  /** At temperature 1 and top-p 0.95. */
  static final String SAMPLED = GREEDY + ".sampled";

  List<BenchmarkResult> named() {
    List<BenchmarkResult> results = new ArrayList<>();
    columns.forEach((column, times) -> {
      String prefix = "profile." + column + ".";
      times.named().forEach((row, ms) -> results.add(BenchmarkResult.of(prefix + row, ms, "ms")));
      results.add(BenchmarkResult.of(prefix + "step", times.total(), "ms"));
    });
    String sampling = "sampling.b" + SAMPLED_BATCH;
    results.add(BenchmarkResult.of(sampling + ".share", share(SAMPLED), "share"));
    results.add(BenchmarkResult.of(sampling + ".greedy.share", share(GREEDY), "share"));
    return results;
  }

  private double share(String column) {
    return Objects.requireNonNull(columns.get(column)).samplingShare();
  }

  void print(PrintWriter out) {
    StringBuilder head = new StringBuilder("%n%-12s".formatted("ms of a step"));
    columns.keySet().forEach(column -> head.append("%17s".formatted(column)));
    out.println(head);
    for (String row : columns.values().iterator().next().named().keySet()) {
      StringBuilder line = new StringBuilder("%-12s".formatted(row));
      for (StepTimes times : columns.values()) {
        double ms = times.named().getOrDefault(row, 0.0);
        line.append(String.format(Locale.ROOT, "%9.3f %5.1f %%", ms, 100 * ms / times.total()));
      }
      out.println(line);
    }
    StringBuilder line = new StringBuilder("%-12s".formatted("step"));
    for (StepTimes times : columns.values()) {
      line.append(String.format(Locale.ROOT, "%9.3f %7s", times.total(), ""));
    }
    out.println(line.toString().stripTrailing());
    out.printf(
        Locale.ROOT,
        "%nSampling of a step at batch %d, all of it: %.1f %% at temperature 1 and top-p 0.95,"
            + " %.1f %% greedy%n",
        SAMPLED_BATCH,
        100 * share(SAMPLED),
        100 * share(GREEDY));
    out.flush();
  }
}
