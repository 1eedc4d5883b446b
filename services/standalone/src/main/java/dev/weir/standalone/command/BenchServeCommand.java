package dev.weir.standalone.command;

import dev.weir.bench.BenchmarkResult;
import dev.weir.bench.serve.ServeBenchmark;
import java.io.PrintWriter;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Streaming load over HTTP. */
@Command(
    name = "serve",
    description = "Streaming chat completions in a closed loop, on a running Weir and on peers.")
final class BenchServeCommand implements Callable<Integer> {
  @Option(
      names = "--url",
      paramLabel = "URL",
      description = "where Weir serves (default: ${DEFAULT-VALUE})",
      defaultValue = "http://127.0.0.1:8080")
  URI url = URI.create("http://127.0.0.1:8080");

  @Option(
      names = "--peer",
      paramLabel = "NAME=URL",
      description = "another OpenAI-compatible server, measured in the same run; repeatable")
  Map<String, URI> peers = Map.of();

  @Option(
      names = "--model",
      paramLabel = "NAME",
      description = "(default: ${DEFAULT-VALUE})",
      defaultValue = "smollm2")
  String model = "smollm2";

  @Option(
      names = {"-c", "--concurrency"},
      paramLabel = "C",
      split = ",",
      description = "clients at the same time (default: ${DEFAULT-VALUE})",
      defaultValue = "1,4,16")
  List<Integer> concurrency = List.of();

  @Option(
      names = "--requests",
      paramLabel = "N",
      description = "of each client (default: ${DEFAULT-VALUE})",
      defaultValue = "4")
  int requests = 4;

  @Option(
      names = "--max-tokens",
      paramLabel = "N",
      description = "output of each request (default: ${DEFAULT-VALUE})",
      defaultValue = "64")
  int maxTokens = 64;

  @Mixin BenchOutput output = new BenchOutput();

  @Spec @Nullable CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    List<BenchmarkResult> results =
        new ServeBenchmark(url, peers, model, concurrency, requests, maxTokens).run(out);
    output.write(results);
    return 0;
  }
}
