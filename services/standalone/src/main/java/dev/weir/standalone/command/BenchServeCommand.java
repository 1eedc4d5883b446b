package dev.weir.standalone.command;

import dev.weir.bench.peer.LlamaCpp;
import dev.weir.bench.peer.LlamaCpp.FlashAttention;
import dev.weir.bench.peer.LlamaCpp.Variant;
import dev.weir.bench.peer.PeerException;
import dev.weir.bench.peer.PeerFolder;
import dev.weir.bench.serve.Load;
import dev.weir.bench.serve.ServeBenchmark;
import dev.weir.bench.serve.ServeTarget;
import dev.weir.standalone.model.ModelSource;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
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
    description = {
      "Streaming chat completions on a running Weir, in closed loops (-c) and open ones (--rate),"
          + " and on llama-server and other peers in the same run.",
      "llama-server takes part where src/bench/peers/install-llamacpp.sh has installed it, as"
          + " shipped and requantised. Leave the machine alone while it runs."
    })
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
      description = "another OpenAI-compatible server that runs already; repeatable")
  Map<String, URI> running = Map.of();

  @Option(
      names = "--model",
      paramLabel = "NAME",
      description =
          "as Weir calls it; llama-server runs the file of that name (default: ${DEFAULT-VALUE})",
      defaultValue = "smollm2")
  String model = "smollm2";

  @Option(
      names = "--model-file",
      paramLabel = "FILE",
      description = "the GGUF file that llama-server runs, if it is not the one of that name")
  @Nullable Path modelFile;

  @Option(
      names = {"-c", "--concurrency"},
      paramLabel = "C",
      split = ",",
      description = "clients of the closed loops (default: ${DEFAULT-VALUE})",
      defaultValue = "1,4,16")
  List<Integer> concurrency = List.of();

  @Option(
      names = "--rate",
      paramLabel = "R",
      split = ",",
      description = "requests a second of the open loops, which come as a Poisson process")
  List<Double> rates = List.of();

  @Option(
      names = "--requests",
      paramLabel = "N",
      description =
          "of each client of a closed loop, in all of an open one (default: ${DEFAULT-VALUE})",
      defaultValue = "4")
  int requests = 4;

  @Option(
      names = "--max-tokens",
      paramLabel = "N",
      description = "output of each request (default: ${DEFAULT-VALUE})",
      defaultValue = "64")
  int maxTokens = 64;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      description = "through all servers (default: ${DEFAULT-VALUE})",
      defaultValue = "1")
  int rounds = 1;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "of llama-server (default: ${DEFAULT-VALUE})",
      defaultValue = "2")
  int threads = 2;

  @Option(names = "--no-llama-server", description = "leave llama-server out")
  boolean noLlamaServer;

  @Option(
      names = "--peers",
      paramLabel = "DIR",
      description = "where the peers are installed (default: peers in the data folder)")
  @Nullable Path peers;

  @Mixin BenchOutput output = new BenchOutput();
  @Mixin DataOption data = new DataOption();
  @Spec @Nullable CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    if (rounds < 1 || requests < 1 || maxTokens < 1) {
      throw new CommandException("--rounds, --requests and --max-tokens must be at least 1");
    }
    try (BenchTerminal progress = new BenchTerminal()) {
      ServeBenchmark.Outcome outcome =
          new ServeBenchmark(targets(out), model, loads(), requests, maxTokens, rounds)
              .run(out, progress);
      output.write(outcome.results(), outcome.plot());
      return 0;
    } catch (PeerException | IllegalArgumentException e) {
      throw new CommandException(Objects.requireNonNull(e.getMessage()), e);
    }
  }

  private List<Load> loads() {
    List<Load> loads = new ArrayList<>();
    concurrency.forEach(clients -> loads.add(new Load.Closed(clients)));
    rates.forEach(rate -> loads.add(new Load.Open(rate)));
    return loads;
  }

  private List<ServeTarget> targets(PrintWriter out) throws InterruptedException {
    List<ServeTarget> targets = new ArrayList<>();
    targets.add(new ServeTarget.Running("weir", url));
    running.forEach((name, address) -> targets.add(new ServeTarget.Running(name, address)));
    if (noLlamaServer) {
      return targets;
    }
    PeerFolder folder = new PeerFolder(peers == null ? data.folder.resolve("peers") : peers);
    Optional<LlamaCpp> llama = folder.llamaCpp();
    if (llama.isEmpty()) {
      out.println(folder.missing("llama.cpp", "install-llamacpp.sh"));
      return targets;
    }
    Path file = modelFile == null ? ModelSource.resolve(model, data.models()).path() : modelFile;
    int parallel = concurrency.stream().mapToInt(Integer::intValue).max().orElse(16);
    for (Variant variant : Variant.values()) {
      Path made = llama.get().file(file, variant);
      for (FlashAttention flash : FlashAttention.values()) {
        targets.add(new ServeTarget.Llama(llama.get(), variant, made, flash, parallel, threads));
      }
    }
    return targets;
  }
}
