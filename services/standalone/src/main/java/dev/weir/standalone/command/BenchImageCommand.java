package dev.weir.standalone.command;

import dev.weir.bench.image.QualityBenchmark;
import dev.weir.bench.image.QualityOptions;
import dev.weir.train.TrainingException;
import dev.weir.train.portrait.PortraitFamily;
import dev.weir.train.portrait.PortraitSplit.Use;
import java.nio.file.Files;
import java.nio.file.Path;
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
      "The quality of models that draw portraits: how exactly they draw what is said, whether what"
          + " they draw is a portrait at all, how likely unseen pictures are to them, how much they"
          + " vary, and whether they copy.",
      "All pictures count as they are drawn. A judge network and the drawing code tell what they"
          + " show; real pictures that no model learned from are the ceiling."
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

  @Option(names = "--quality", required = true, description = "measure quality")
  boolean quality;

  @Option(
      names = "--family",
      paramLabel = "pixel|vae",
      split = ",",
      description = "those that draw (default: all that are there)")
  List<PortraitFamily> families = List.of();

  @Option(
      names = "--pictures",
      paramLabel = "N",
      description = "of each kind of caption (default: ${DEFAULT-VALUE})",
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
          "with folders pixel and vae, and judge for another judge, as weir train leaves them"
              + " (default: the built-in models)")
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
    try (BenchTerminal progress = new BenchTerminal()) {
      QualityOptions options =
          new QualityOptions(families, pictures, split.use, models, temperature, sheets);
      output.write(
          new QualityBenchmark(options)
              .run(Objects.requireNonNull(spec).commandLine().getOut(), progress));
      return 0;
    } catch (TrainingException | IllegalArgumentException | IllegalStateException e) {
      throw new CommandException(Objects.requireNonNull(e.getMessage()), e);
    }
  }
}
