package dev.weir.bench.serve;

import dev.weir.bench.BenchmarkResult;
import java.io.PrintWriter;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Streaming load over HTTP on a running Weir and, in the same run and alternating, on peers that
 * speak the OpenAI API.
 *
 * @param weir where Weir serves
 * @param peers name to server root, such as {@code llama-server}
 * @param concurrency clients at the same time, one row each
 * @param requestsPerClient of one row
 */
public record ServeBenchmark(
    URI weir,
    Map<String, URI> peers,
    String model,
    List<Integer> concurrency,
    int requestsPerClient,
    int maxTokens) {

  private static final String WEIR = "weir";

  /** Runs every row and prints it as soon as it is there. */
  public List<BenchmarkResult> run(PrintWriter out) throws InterruptedException {
    Map<String, URI> servers = new LinkedHashMap<>();
    servers.put(WEIR, weir);
    servers.putAll(peers);
    out.printf(
        "%s, %d cores, %d tokens out, %d requests a client%n",
        System.getProperty("os.arch"),
        Runtime.getRuntime().availableProcessors(),
        maxTokens,
        requestsPerClient);
    out.printf(
        "%-16s %4s %10s %8s %10s %10s %10s %10s %7s%n",
        "server", "C", "tokens/s", "ratio", "ttft p50", "ttft p95", "gap p50", "gap p99", "errors");
    for (URI server : servers.values()) {
      new ServeLoad(server, model, maxTokens).run(1, 2); // warm-up
    }
    List<BenchmarkResult> results = new ArrayList<>();
    for (int clients : concurrency) {
      double own = Double.NaN;
      for (Map.Entry<String, URI> server : servers.entrySet()) {
        ServeLoad.Outcome outcome =
            new ServeLoad(server.getValue(), model, maxTokens)
                .run(clients, clients * requestsPerClient);
        own = server.getKey().equals(WEIR) ? outcome.tokensPerSecond() : own;
        print(out, server.getKey(), clients, outcome, own);
        results.addAll(results(server.getKey(), clients, outcome, own));
      }
    }
    return results;
  }

  private static void print(
      PrintWriter out, String server, int clients, ServeLoad.Outcome outcome, double own) {
    out.printf(
        "%-16s %4d %10.1f %8s %7.0f ms %7.0f ms %7.1f ms %7.1f ms %7d%n",
        server,
        clients,
        outcome.tokensPerSecond(),
        server.equals(WEIR) ? "" : "%.2f".formatted(own / outcome.tokensPerSecond()),
        outcome.firstToken().percentile(50),
        outcome.firstToken().percentile(95),
        outcome.betweenChunks().percentile(50),
        outcome.betweenChunks().percentile(99),
        outcome.errors());
    out.flush();
  }

  private static List<BenchmarkResult> results(
      String server, int clients, ServeLoad.Outcome outcome, double own) {
    String row = "c" + clients;
    if (!server.equals(WEIR)) {
      return List.of(
          BenchmarkResult.against(
              "served." + row + ".vs." + server,
              own,
              "tokens/s",
              server,
              outcome.tokensPerSecond()));
    }
    return List.of(
        BenchmarkResult.of("served." + row, outcome.tokensPerSecond(), "tokens/s"),
        BenchmarkResult.of("ttft." + row + ".p50", outcome.firstToken().percentile(50), "ms"),
        BenchmarkResult.of("ttft." + row + ".p95", outcome.firstToken().percentile(95), "ms"),
        BenchmarkResult.of("served." + row + ".errors", outcome.errors(), "requests"));
  }
}
