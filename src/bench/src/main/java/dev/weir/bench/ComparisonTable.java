package dev.weir.bench;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;

/** What has a peer, beside it. */
public final class ComparisonTable {
  private ComparisonTable() {}

  /** Prints those of the results that have a peer. */
  public static void print(List<BenchmarkResult> results, PrintWriter out) {
    out.printf(Locale.ROOT, "%n%-42s %12s %12s %7s  %s%n", "", "weir", "peer", "ratio", "peer");
    for (BenchmarkResult result : results) {
      if (result.peerValue() != null) {
        out.printf(
            Locale.ROOT,
            "%-42s %12.1f %12.1f %7.2f  %s%n",
            result.name(),
            result.value(),
            result.peerValue(),
            result.ratio(),
            result.peer());
      }
    }
    out.flush();
  }
}
