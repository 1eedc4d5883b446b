package dev.weir.bench.serve;

import dev.weir.bench.BenchmarkResult;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * What came of a run, by the names that {@code --json} has.
 *
 * @param rounds by server and load, Weir's first
 * @param cores of the machine
 */
record ServeResults(Map<ServeTarget, Map<Load, LoadRounds>> rounds, List<Load> loads, int cores) {
  static final String OWN = "weir";
  static final List<Integer> PERCENTILES = List.of(50, 95, 99);
  private static final String LLAMA = "llama-server";

  List<BenchmarkResult> named() {
    List<BenchmarkResult> results = new ArrayList<>();
    for (Load load : loads) {
      LoadRounds own = own(load);
      if (own != null) {
        figures(results, load, own);
        if (own.errors() == 0) { // who refuses work is fast
          for (String peer : names()) {
            if (!peer.equals(OWN)) {
              against(results, load, own, peer, peer::equals);
            }
          }
          against(results, load, own, LLAMA + "-best", name -> name.startsWith(LLAMA + "-"));
        }
      }
    }
    return results;
  }

  @Nullable LoadRounds own(Load load) {
    return rounds.entrySet().stream()
        .filter(entry -> entry.getKey().name().equals(OWN))
        .map(entry -> entry.getValue().get(load))
        .filter(Objects::nonNull)
        .findFirst()
        .orElse(null);
  }

  /** The names of the servers, each once. */
  Set<String> names() {
    Set<String> names = new LinkedHashSet<>();
    rounds.keySet().forEach(target -> names.add(target.name()));
    return names;
  }

  private void figures(List<BenchmarkResult> results, Load load, LoadRounds own) {
    String name = load.name();
    add(results, "served." + name, own.tokensPerSecond(), "tokens/s");
    for (int p : PERCENTILES) {
      add(results, "ttft." + name + ".p" + p, own.firstToken(p), "ms");
      add(results, "gap." + name + ".p" + p, own.betweenTokens(p), "ms");
    }
    add(results, "prompt." + name, own.meanPromptTokens(), "tokens");
    add(results, "prompt." + name + ".cached", own.cachedTokens(), "tokens");
    add(results, "served." + name + ".errors", own.errors(), "requests");
    add(results, "client." + name, own.clientShare(cores), "share");
  }

  /** JSON has no number for what nobody measured. */
  private static void add(List<BenchmarkResult> results, String name, double value, String unit) {
    if (!Double.isNaN(value)) {
      results.add(BenchmarkResult.of(name, value, unit));
    }
  }

  /** Against the best of some servers: most tokens/s, least time to first token. */
  private void against(
      List<BenchmarkResult> results,
      Load load,
      LoadRounds own,
      String name,
      Predicate<String> among) {
    Peer fastest = best(load, among, LoadRounds::tokensPerSecond);
    if (fastest != null) {
      results.add(
          BenchmarkResult.against(
              "served." + load.name() + ".vs." + name,
              own.tokensPerSecond(),
              "tokens/s",
              fastest.label,
              fastest.value));
    }
    Peer first = best(load, among, one -> -one.firstToken(50));
    if (first != null) {
      results.add(
          BenchmarkResult.against(
              "ttft." + load.name() + ".vs." + name,
              own.firstToken(50),
              "ms",
              first.label,
              -first.value));
    }
  }

  private record Peer(String label, double value) {}

  /** A server with errors takes no part. */
  private @Nullable Peer best(
      Load load, Predicate<String> among, ToDoubleFunction<LoadRounds> figure) {
    Peer best = null;
    for (Map.Entry<ServeTarget, Map<Load, LoadRounds>> entry : rounds.entrySet()) {
      LoadRounds one = entry.getValue().get(load);
      if (one != null && one.errors() == 0 && among.test(entry.getKey().name())) {
        double reached = figure.applyAsDouble(one);
        if (best == null || reached > best.value) {
          String setting = entry.getKey().setting();
          best =
              new Peer(
                  entry.getKey().name() + (setting.isEmpty() ? "" : " (" + setting + ")"), reached);
        }
      }
    }
    return best;
  }
}
