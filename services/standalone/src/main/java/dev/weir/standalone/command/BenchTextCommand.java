package dev.weir.standalone.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weir.bench.peer.PeerException;
import dev.weir.bench.peer.PeerFolder;
import dev.weir.bench.text.OwnModel;
import dev.weir.bench.text.SpeculationBenchmark;
import dev.weir.bench.text.TextBenchmark;
import dev.weir.bench.text.Workload;
import dev.weir.standalone.model.ModelSource;
import dev.weir.text.Checkpoint;
import dev.weir.text.Checkpoints;
import dev.weir.text.TensorDescription;
import dev.weir.text.Tokenizer;
import dev.weir.textworker.ServedModel;
import dev.weir.textworker.TextWorkerConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
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
  /** Holds a prompt of 512 with its output, and windows of as many tokens. */
  private static final String CONTEXT = "1024";

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
      defaultValue = "1,4,8,16,32")
  List<Integer> batches = List.of();

  @Option(
      names = "--rounds",
      paramLabel = "N",
      description =
          "medians are over so many, behind one more to warm up; 0: quality alone"
              + " (default: ${DEFAULT-VALUE})",
      defaultValue = "3")
  int rounds = 3;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "of everybody (default: ${DEFAULT-VALUE})",
      defaultValue = "2")
  int threads = 2;

  @Option(
      names = "--precision",
      paramLabel = "auto|f32|bf16|int8",
      description = "of Weir's linear layers (default: ${DEFAULT-VALUE})",
      defaultValue = "auto")
  String precision = "auto";

  @Option(
      names = "--backend",
      paramLabel = "auto|kernels|torch",
      description = "what computes Weir's model (default: ${DEFAULT-VALUE})",
      defaultValue = "auto")
  String backend = "auto";

  @Option(
      names = "--speculation",
      description = "instead measure what guessing outputs ahead gains at batch 1, on and off")
  boolean speculation;

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

  @Mixin BenchOutput output = new BenchOutput();
  @Mixin DataOption data = new DataOption();
  @Spec @Nullable CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    if (rounds < 0 || rounds == 0 && windows == null) {
      throw new CommandException(
          "--rounds is %d, must be at least 1, or 0 with --windows".formatted(rounds));
    }
    ModelSource source = ModelSource.resolve(model, data.models());
    try (Checkpoint checkpoint = Checkpoints.open(source.path());
        BenchTerminal progress = new BenchTerminal()) {
      Tokenizer tokenizer = checkpoint.tokenizer();
      if (tokenizer == null) {
        throw new CommandException(
            checkpoint.name() + " has no tokenizer, which counts the output");
      }
      PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
      if (speculation) {
        output.write(
            new SpeculationBenchmark(
                    slots -> load(checkpoint, source, backend, precision, slots), tokenizer, rounds)
                .run(out, progress));
        return 0;
      }
      TextBenchmark.Outcome outcome =
          new TextBenchmark(
                  source.path(),
                  slots -> load(checkpoint, source, backend, precision, slots),
                  // What the tests hold against transformers.
                  slots -> load(checkpoint, source, "torch", "f32", slots),
                  tokenizer,
                  bytesPerStep(checkpoint),
                  new PeerFolder(peers == null ? data.folder.resolve("peers") : peers),
                  Workload.of(batches, threads),
                  rounds,
                  windows == null ? List.of() : windows(windows))
              .run(out, progress);
      output.write(outcome.results(), outcome.plot());
      return 0;
    } catch (PeerException | IllegalStateException e) {
      throw new CommandException(Objects.requireNonNull(e.getMessage()));
    }
  }

  private OwnModel load(
      Checkpoint checkpoint, ModelSource source, String where, String how, int slots) {
    ServedModel served =
        ServedModel.load(
            checkpoint,
            TextWorkerConfig.load(
                Map.of(
                    "weir.worker.model",
                    source.path().toString(),
                    "weir.worker.backend",
                    where,
                    "weir.worker.precision",
                    how,
                    "weir.worker.slots",
                    Integer.toString(slots),
                    "weir.worker.max-context",
                    CONTEXT,
                    "weir.worker.threads",
                    Integer.toString(threads))));
    return new OwnModel(served.model(), served.backend(), served.precision());
  }

  /** Bytes of the tensors that a step reads whole: all but an embedding that is no output layer. */
  private static long bytesPerStep(Checkpoint checkpoint) {
    long bytes = 0;
    for (String name : checkpoint.tensors().names()) {
      if (checkpoint.config().tiedEmbeddings() || !name.endsWith("embed_tokens.weight")) {
        TensorDescription tensor = checkpoint.tensors().describe(name);
        long elements = tensor.shape().stream().reduce(1L, Math::multiplyExact);
        bytes += elements / tensor.type().blockElements() * tensor.type().blockBytes();
      }
    }
    return bytes;
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
