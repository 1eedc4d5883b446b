package dev.weir.standalone.command;

import dev.weir.bench.peer.LlamaCpp;
import dev.weir.bench.peer.LlamaCpp.FlashAttention;
import dev.weir.bench.peer.LlamaCpp.Variant;
import dev.weir.bench.peer.LocalServer;
import dev.weir.bench.peer.PeerException;
import dev.weir.bench.peer.PeerFolder;
import dev.weir.bench.serve.Load;
import dev.weir.bench.serve.ServeBenchmark;
import dev.weir.bench.serve.ServeTarget;
import dev.weir.standalone.model.ModelSource;
import dev.weir.text.Checkpoint;
import dev.weir.text.Checkpoints;
import dev.weir.text.Tokenizer;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Streaming load over HTTP. */
@Command(
    name = "serve",
    description = {
      "Streaming completions over HTTP on the whole of Weir (gateway, Kafka, worker), in closed"
          + " loops (-c) and open ones (--rate), and on llama-server and other peers in the same"
          + " run. Weir is started for it, on free ports, unless --url names one that runs.",
      "llama-server takes part where src/bench/peers/install-llamacpp.sh has installed it, as"
          + " shipped and requantised. Leave the machine alone while it runs."
    })
final class BenchServeCommand implements Callable<Integer> {
  private static final int MOST_PORT = 65_535;
  private static final List<Integer> CLIENTS = List.of(1, 4, 16);

  @Option(
      names = "--url",
      paramLabel = "URL",
      description =
          "a Weir that runs already; start it with the same --threads and --slots (default: one is"
              + " started, and stopped behind the run)")
  @Nullable URI url;

  @Option(
      names = "--peer",
      paramLabel = "NAME=URL",
      description = "another OpenAI-compatible server that runs already; repeatable")
  Map<String, URI> running = new LinkedHashMap<>();

  @Option(
      names = "--model",
      paramLabel = "MODEL",
      description =
          "NAME, PATH or NAME=PATH; its tokenizer makes the prompts, and llama-server runs it if it"
              + " is a GGUF file (default: ${DEFAULT-VALUE})",
      defaultValue = "smollm2")
  String model = "smollm2";

  @Option(
      names = {"-c", "--concurrency"},
      paramLabel = "C",
      split = ",",
      description = "clients of the closed loops (default: 1,4,16, and none with --rate alone)")
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
      description =
          "through all servers in turn; figures are medians of them (default: ${DEFAULT-VALUE})",
      defaultValue = "3")
  int rounds = 3;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "of llama-server, and of the Weir that is started (default: ${DEFAULT-VALUE})",
      defaultValue = "2")
  int threads = 2;

  @Option(
      names = "--slots",
      paramLabel = "N",
      description = "requests that each of them runs at the same time (default: ${DEFAULT-VALUE})",
      defaultValue = "16")
  int slots = 16;

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
    List<Load> loads = checked();
    output.check();
    ModelSource source = ModelSource.resolve(model, data.models());
    try (Checkpoint checkpoint = Checkpoints.open(source.path());
        BenchTerminal progress = new BenchTerminal();
        Started started = start(source, progress)) {
      Tokenizer tokenizer = checkpoint.tokenizer();
      if (tokenizer == null) {
        throw new CommandException(
            checkpoint.name() + " has no tokenizer, which makes the prompts");
      }
      ServeBenchmark.Outcome outcome =
          new ServeBenchmark(
                  targets(source, started.target, out),
                  source.name(),
                  tokenizer,
                  loads,
                  requests,
                  maxTokens,
                  rounds)
              .run(out, progress);
      output.write(outcome.results(), outcome.plot());
      return 0;
    } catch (PeerException | IllegalArgumentException e) {
      throw new CommandException(Objects.requireNonNull(e.getMessage()), e);
    }
  }

  /** What is wrong is told before anything starts. */
  private List<Load> checked() {
    Map<String, Integer> counts = new LinkedHashMap<>();
    counts.put("--requests", requests);
    counts.put("--max-tokens", maxTokens);
    counts.put("--rounds", rounds);
    counts.put("--threads", threads);
    counts.put("--slots", slots);
    counts.forEach((option, count) -> {
      if (count < 1) {
        throw wrong("%s is %d, must be at least 1".formatted(option, count));
      }
    });
    if (url != null) {
      requireServer("--url", url);
    }
    running.forEach((name, address) -> {
      requireServer("--peer " + name, address);
      if (name.equals("weir") || name.startsWith("llama-server")) {
        throw wrong("--peer %s: the name stands for another server in the results".formatted(name));
      }
    });
    List<Integer> clients = concurrency.isEmpty() && rates.isEmpty() ? CLIENTS : concurrency;
    try {
      return Stream.<Load>concat(
              clients.stream().map(Load.Closed::new), rates.stream().map(Load.Open::new))
          .distinct()
          .toList();
    } catch (IllegalArgumentException e) {
      throw wrong(Objects.requireNonNull(e.getMessage()));
    }
  }

  private void requireServer(String option, URI address) {
    boolean http = "http".equals(address.getScheme()) || "https".equals(address.getScheme());
    if (!http || address.getHost() == null || address.getPort() > MOST_PORT) {
      throw wrong(
          "%s: '%s' is no address such as http://127.0.0.1:8080".formatted(option, address));
    }
  }

  private CommandLine.ParameterException wrong(String message) {
    return new CommandLine.ParameterException(Objects.requireNonNull(spec).commandLine(), message);
  }

  /**
   * Weir, as it is measured.
   *
   * @param server what to stop behind the run; null if it ran before
   */
  private record Started(ServeTarget target, @Nullable LocalServer server)
      implements AutoCloseable {
    @Override
    public void close() {
      if (server != null) {
        server.close();
      }
    }
  }

  private Started start(ModelSource source, BenchTerminal progress) throws InterruptedException {
    if (url != null) {
      String what = OwnWeir.description(url, source.name());
      return new Started(new ServeTarget.Running("weir", url, what), null);
    }
    progress.at("starting weir", 0, 1);
    LocalServer server = OwnWeir.start(source, slots, threads);
    String what =
        "%s, %d threads, no speculation, started for this run"
            .formatted(OwnWeir.description(server.address(), source.name()), threads);
    return new Started(new ServeTarget.Running("weir", server.address(), what), server);
  }

  private List<ServeTarget> targets(ModelSource source, ServeTarget weir, PrintWriter out)
      throws InterruptedException {
    List<ServeTarget> targets = new ArrayList<>();
    targets.add(weir);
    running.forEach((name, address) -> targets.add(new ServeTarget.Running(name, address, "")));
    if (noLlamaServer) {
      return targets;
    }
    PeerFolder folder = new PeerFolder(peers == null ? data.folder.resolve("peers") : peers);
    Optional<LlamaCpp> llama = folder.llamaCpp().filter(LlamaCpp::hasServer);
    if (llama.isEmpty()) {
      out.println(folder.missing("llama.cpp", "install-llamacpp.sh"));
      return targets;
    }
    if (!Files.isRegularFile(source.path())) {
      out.println("llama-server is left out: %s is no GGUF file".formatted(source.path()));
      return targets;
    }
    int tokens = ServeBenchmark.PROMPT_TOKENS + maxTokens;
    for (Variant variant : Variant.values()) {
      Path made = llama.get().file(source.path(), variant);
      for (FlashAttention flash : FlashAttention.values()) {
        targets.add(
            new ServeTarget.Llama(llama.get(), variant, made, flash, slots, tokens, threads));
      }
    }
    return targets;
  }
}
