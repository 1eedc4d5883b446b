package dev.weir.standalone.command;

import dev.weir.bench.BenchmarkResult;
import dev.weir.bench.image.QualityBenchmark;
import dev.weir.bench.image.QualityOptions;
import dev.weir.bench.image.SpeedBenchmark;
import dev.weir.bench.image.SpeedOptions;
import dev.weir.bench.peer.PeerFolder;
import dev.weir.train.TrainingException;
import dev.weir.train.portrait.PortraitFamily;
import dev.weir.train.portrait.PortraitSplit.Use;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What models that draw portraits are worth. */
@Command(
    name = "image",
    description = {
      "The speed of models that draw portraits: pictures by batch and steps of training beside the"
          + " same networks in PyTorch in the same run, and what a whole Weir, started for it,"
          + " makes for 16 clients. PyTorch takes part where src/bench/peers/install-pytorch.sh has"
          + " installed it. Leave the machine alone while it runs.",
      "With --quality: how exactly they draw what is said, whether what they draw is a portrait at"
          + " all, how likely unseen pictures are to them, how much they vary, and whether they"
          + " copy. All pictures count as they are drawn. A judge network and the drawing code tell"
          + " what they show; real pictures that no model learned from are the ceiling."
    })
final class BenchImageCommand implements Callable<Integer> {
  /** Which pictures are drawn again. */
  enum Split {
    /** To choose settings by. */
    VALIDATION(Use.VALIDATION),
    /** For results. */
    TEST(Use.TEST_PICTURES);

    private final Use use;

    Split(Use use) {
      this.use = use;
    }
  }

  @Option(names = "--quality", description = "measure quality instead of speed")
  boolean quality;

  @Option(
      names = "--family",
      paramLabel = "pixel|vae|diffusion",
      split = ",",
      description = "those that draw (default: all that are there)")
  List<PortraitFamily> families = List.of();

  @Option(
      names = "--pictures",
      paramLabel = "N",
      description =
          "of each kind of caption; without --quality those that are asked for to see whether"
              + " memory grows (default: ${DEFAULT-VALUE})",
      defaultValue = "1024")
  int pictures = 1024;

  @Option(
      names = "--split",
      paramLabel = "validation|test",
      description = "settings are chosen by validation pictures alone (default: test)",
      defaultValue = "test")
  Split split = Split.TEST;

  @Option(
      names = "--models",
      paramLabel = "DIR",
      description =
          "with folders pixel, vae and diffusion, and judge for another judge, as weir train leaves"
              + " them (default: the built-in models)")
  @Nullable Path models;

  @Option(
      names = "--temperature",
      paramLabel = "T",
      description = "of everything but what is greedy, 0 to 2 (default: that of each family)")
  @Nullable Double temperature;

  @Option(
      names = "--sheets",
      paramLabel = "DIR",
      description = "write sheets of the first pictures there, as they came")
  @Nullable Path sheets;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      description =
          "of speed, through Weir and PyTorch in turn; figures are medians of them (default:"
              + " ${DEFAULT-VALUE})",
      defaultValue = "5")
  int rounds = 5;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "of PyTorch (default: all processors)")
  int threads = Runtime.getRuntime().availableProcessors();

  @Option(
      names = "--peers",
      paramLabel = "DIR",
      description = "where the peers are installed (default: peers in the data folder)")
  @Nullable Path peers;

  @Mixin DataOption data = new DataOption();
  @Mixin BenchOutput output = new BenchOutput();
  @Spec @Nullable CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    output.check();
    for (PortraitFamily family : families) {
      if (!family.draws()) {
        throw new CommandException(
            "--family %s: it draws nothing".formatted(family.name().toLowerCase(Locale.ROOT)));
      }
    }
    if (sheets != null && Files.exists(sheets) && !Files.isDirectory(sheets)) {
      throw new CommandException("--sheets %s: it is a file, not a folder".formatted(sheets));
    }
    if (rounds < 1) {
      throw new CommandException("--rounds is %d, must be at least 1".formatted(rounds));
    }
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    try (BenchTerminal progress = new BenchTerminal()) {
      output.write(quality ? quality(out, progress) : speed(out, progress));
      return 0;
    } catch (TrainingException | IllegalArgumentException | IllegalStateException e) {
      throw new CommandException(Objects.requireNonNull(e.getMessage()), e);
    }
  }

  private List<BenchmarkResult> quality(PrintWriter out, BenchTerminal progress)
      throws IOException {
    return new QualityBenchmark(
            new QualityOptions(families, pictures, split.use, models, temperature, sheets))
        .run(out, progress);
  }

  private List<BenchmarkResult> speed(PrintWriter out, BenchTerminal progress)
      throws IOException, InterruptedException {
    PeerFolder folder = new PeerFolder(peers == null ? data.folder.resolve("peers") : peers);
    List<String> served = served();
    return new SpeedBenchmark(
            new SpeedOptions(
                families,
                models,
                rounds,
                pictures,
                threads,
                folder.pyTorchPython(),
                () -> OwnWeir.startDrawing(served)))
        .run(out, progress);
  }

  /** What the Weir that is started serves: what lies in the folder of models, if there is one. */
  private List<String> served() {
    Path root = models;
    if (root == null) {
      return List.of();
    }
    return Arrays.stream(PortraitFamily.values())
        .filter(PortraitFamily::draws)
        .map(family -> family.name().toLowerCase(Locale.ROOT))
        .filter(name -> Files.isDirectory(root.resolve(name)))
        .map(name -> {
          Path served = root.resolve(name).resolve(PortraitFamily.SERVED);
          return name + "=" + (Files.isDirectory(served) ? served : root.resolve(name));
        })
        .toList();
  }
}
