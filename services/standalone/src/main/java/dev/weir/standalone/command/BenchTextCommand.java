package dev.weir.standalone.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weir.bench.BenchmarkResult;
import dev.weir.bench.Machine;
import dev.weir.bench.PhysicalLimits;
import dev.weir.bench.peer.PeerException;
import dev.weir.bench.peer.PeerFolder;
import dev.weir.bench.text.BusyBenchmark;
import dev.weir.bench.text.ModelShape;
import dev.weir.bench.text.OwnModel;
import dev.weir.bench.text.ProfileBenchmark;
import dev.weir.bench.text.ShapeBenchmark;
import dev.weir.bench.text.SpeculationBenchmark;
import dev.weir.bench.text.StepCost;
import dev.weir.bench.text.TextBenchmark;
import dev.weir.bench.text.Workload;
import dev.weir.standalone.model.ModelSource;
import dev.weir.text.Checkpoint;
import dev.weir.text.Checkpoints;
import dev.weir.text.Tokenizer;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Offline throughput of the text engine, and of its peers. */
@Command(
    name = "text",
    description = {
      "Offline throughput of the text engine, with llama.cpp and OpenVINO GenAI side by side: 64"
          + " tokens in, 64 out, and a prompt of 512.",
      "The peers take part where src/bench/peers/install-*.sh has installed them. Leave the machine"
          + " alone while it runs."
    })
final class BenchTextCommand implements Callable<Integer> {
  private static final Duration BUSY = Duration.ofSeconds(30);

  /** Instead of everything: one thing, of Weir alone. */
  static final class Mode {
    @Option(
        names = "--speculation",
        description = "instead measure what guessing outputs ahead gains at batch 1, on and off")
    boolean speculation;

    @Option(
        names = "--profile",
        description =
            "instead show where the time of a step goes at batch 1, 16 and 64 and with a prompt of"
                + " 512, and what sampling takes of batch 32")
    boolean profile;

    @Option(
        names = "--busy",
        description =
            "instead hold --threads and threads that are found while running against one, beside"
                + " 0, 1 and 2 processes that spin, 30 s each at the first --batch")
    boolean busy;

    @Option(
        names = "--shape",
        paramLabel = "llama-3.2-1b",
        description =
            "instead measure one sequence of a model of this shape with random weights against the"
                + " bandwidth of memory")
    @Nullable String shape;

    boolean isDefault() {
      return !speculation && !profile && !busy && shape == null;
    }
  }

  @Option(
      names = "--model",
      paramLabel = "NAME|PATH",
      description = "a GGUF file, which the peers read too (default: ${DEFAULT-VALUE})",
      defaultValue = "smollm2")
  String model = "smollm2";

  @Option(
      names = {"-b", "--batch"},
      paramLabel = "B",
      split = ",",
      description = "sequences at the same time (default: ${DEFAULT-VALUE})",
      defaultValue = "1,4,8,16,32,64")
  List<Integer> batches = List.of();

  @Option(
      names = "--rounds",
      paramLabel = "N",
      description =
          "medians are over so many, behind one more to warm up; 0: quality alone"
              + " (default: ${DEFAULT-VALUE})",
      defaultValue = "3")
  int rounds = 3;

  @ArgGroup Mode mode = new Mode();

  @Option(
      names = "--windows",
      paramLabel = "FILE",
      description =
          "JSON with perplexity_windows, each with ids: compare everybody's logits with float32"
              + " there")
  @Nullable Path windows;

  @Option(
      names = "--peers",
      paramLabel = "DIR",
      description = "where the peers are installed (default: peers in the data folder)")
  @Nullable Path peers;

  @Mixin BenchedModel own = new BenchedModel();
  @Mixin BenchOutput output = new BenchOutput();
  @Mixin DataOption data = new DataOption();
  @Spec @Nullable CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    boolean quality = rounds == 0 && windows != null && mode.isDefault();
    if (rounds < 1 && !quality) {
      throw new CommandException(
          "--rounds is %d, must be at least 1, or 0 with --windows".formatted(rounds));
    }
    output.check();
    try (BenchTerminal progress = new BenchTerminal()) {
      if (mode.shape == null) {
        file(out, progress);
      } else {
        ModelShape shape = ModelShape.named(mode.shape);
        out.println(Machine.current().describe());
        PhysicalLimits limits = PhysicalLimits.measure(own.threads);
        limits.print(out);
        output.write(shape(shape).run(limits, out, progress));
      }
      return 0;
    } catch (PeerException | IllegalStateException | IllegalArgumentException e) {
      throw new CommandException(Objects.requireNonNull(e.getMessage()), e);
    }
  }

  /** What takes a file with a tokenizer. */
  private void file(PrintWriter out, BenchTerminal progress) throws Exception {
    ModelSource source = ModelSource.resolve(model, data.models());
    try (Checkpoint checkpoint = Checkpoints.open(source.path())) {
      Tokenizer tokenizer = checkpoint.tokenizer();
      if (tokenizer == null) {
        throw new CommandException(
            checkpoint.name() + " has no tokenizer, which counts the output");
      }
      OwnModel.Loader loader = slots -> own.load(checkpoint, slots);
      if (mode.speculation) {
        output.write(new SpeculationBenchmark(loader, tokenizer, rounds).run(out, progress));
      } else if (mode.busy) {
        BusyBenchmark.Loader each = (slots, number) -> own.load(checkpoint, slots, number);
        output.write(
            new BusyBenchmark(each, own.threads, batches.getFirst(), BUSY).run(out, progress));
      } else if (mode.profile) {
        output.write(
            new ProfileBenchmark(loader, tokenizer, own.threads, rounds).run(out, progress));
      } else {
        TextBenchmark.Outcome outcome =
            new TextBenchmark(
                    source.path(),
                    loader,
                    slots -> own.float32(checkpoint, slots),
                    tokenizer,
                    StepCost.of(checkpoint),
                    new PeerFolder(peers == null ? data.folder.resolve("peers") : peers),
                    Workload.of(batches, own.threads),
                    rounds,
                    windows == null ? List.of() : windows(windows))
                .run(out, progress);
        List<BenchmarkResult> results = new ArrayList<>(outcome.results());
        if (rounds > 0) {
          for (ModelShape shape : ModelShape.ALL) {
            results.addAll(shape(shape).run(outcome.limits(), out, progress));
          }
        }
        output.write(results, outcome.plot());
      }
    }
  }

  private ShapeBenchmark shape(ModelShape shape) {
    return new ShapeBenchmark(shape, own::load, PhysicalLimits::measure, own.threads, rounds);
  }

  private static List<int[]> windows(Path file) throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    List<int[]> windows = new ArrayList<>();
    for (JsonNode window : mapper.readTree(file.toFile()).path("perplexity_windows")) {
      windows.add(Objects.requireNonNull(mapper.convertValue(window.path("ids"), int[].class)));
    }
    if (windows.isEmpty()) {
      throw new CommandException(file + " has no perplexity_windows");
    }
    return windows;
  }
}
