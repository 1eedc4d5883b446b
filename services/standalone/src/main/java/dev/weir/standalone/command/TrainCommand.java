package dev.weir.standalone.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weir.torch.Processor;
import dev.weir.torch.train.TrainingState;
import dev.weir.train.Evaluation;
import dev.weir.train.HeldOut;
import dev.weir.train.Objective;
import dev.weir.train.TrainedWeights;
import dev.weir.train.Trainer;
import dev.weir.train.TrainingException;
import dev.weir.train.TrainingOptions;
import dev.weir.train.TrainingOptions.Length;
import dev.weir.train.TrainingProgress;
import dev.weir.train.portrait.PortraitFamily;
import dev.weir.train.portrait.PortraitSplit.Use;
import dev.weir.train.portrait.TrainingRecipe;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Trains a network on portraits. */
@Command(
    name = "train",
    description = {
      "Train a network that draws portraits of 16x16 pixels, or captions them, on portraits drawn"
          + " for it.",
      "Stopped or killed, it goes on where it was when it is started again with the same folder."
    })
final class TrainCommand implements Callable<Integer> {
  /** Pictures that the figures are of, and in a quick run. */
  private static final int EVALUATED = 1024;

  private static final int EVALUATED_QUICK = 128;

  /** With each checkpoint. */
  private static final int TRIED_BATCHES = 4;

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<Use> RESULTS =
      List.of(Use.VALIDATION, Use.TEST_PICTURES, Use.TEST_PAIRS);
  private static final Map<Use, String> WORDS =
      Map.of(
          Use.VALIDATION,
          "pictures for settings",
          Use.TEST_PICTURES,
          "unseen pictures",
          Use.TEST_PAIRS,
          "unseen pairs");

  static final class Amount {
    @Option(
        names = "--for",
        paramLabel = "DURATION",
        converter = ShortDuration.class,
        description = "as many steps as fit, which the first ones tell (default: 45m)")
    @Nullable Duration time;

    @Option(names = "--steps", paramLabel = "N", description = "so many steps")
    @Nullable Long steps;

    @Option(
        names = "--quick",
        description = "a short run, which fails if it does not learn what it should by then")
    boolean quick;

    Length length(PortraitFamily family) {
      if (quick) {
        return new Length.Steps(family.quick().steps());
      }
      if (steps != null) {
        if (steps < 1) {
          throw new CommandException("--steps is %d, must be at least 1".formatted(steps));
        }
        return new Length.Steps(steps);
      }
      return new Length.Time(Objects.requireNonNullElse(time, Duration.ofMinutes(45)));
    }
  }

  @Parameters(
      index = "0",
      paramLabel = "FAMILY",
      description =
          "pixel (autoregressive pixels), vae (variational autoencoder), diffusion (masked"
              + " diffusion; measured by bench image --models, not served yet), judge (reads what"
              + " a portrait shows, to judge the others by), or text (goes on with half-written"
              + " captions)")
  @Nullable PortraitFamily family;

  @ArgGroup Amount amount = new Amount();

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "checkpoint, learning curve and its picture lie there (default: ./FAMILY)")
  @Nullable Path out;

  @Option(
      names = "--seed",
      paramLabel = "S",
      description = "of weights, data and noise (default: ${DEFAULT-VALUE})",
      defaultValue = "1")
  long seed;

  @Spec @Nullable CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    PrintWriter terminal = Objects.requireNonNull(spec).commandLine().getOut();
    PortraitFamily trained = Objects.requireNonNull(family);
    String name = trained.name().toLowerCase(Locale.ROOT);
    Path folder = Objects.requireNonNullElse(out, Path.of(name));
    Length length = amount.length(trained);
    if (Files.exists(folder) && !Files.isDirectory(folder)) {
      throw new CommandException("--out %s: it is a file, not a folder".formatted(folder));
    }
    Objective objective = trained.objective(seed);
    TrainingOptions options = trained.options(length, seed, Processor.probe().packedBfloat16());
    TrainingRecipe recipe = new TrainingRecipe(trained, options);
    boolean ended;
    try (Steps steps = new Steps(name)) {
      recipe.begin(folder);
      ended =
          new Trainer(
                  objective,
                  options,
                  trained.batches(Use.TRAINING, seed),
                  new HeldOut(trained.batches(Use.VALIDATION, seed), TRIED_BATCHES),
                  folder,
                  steps)
              .run();
    } catch (TrainingException e) {
      throw new CommandException(String.valueOf(e.getMessage()));
    }
    if (!ended) {
      terminal.printf("stopped; the same command goes on from %s%n", folder);
      return 1;
    }
    return figures(recipe, objective, folder, terminal);
  }

  /** Writes what is shipped, and says what it makes of what it has not learned from. */
  private int figures(TrainingRecipe recipe, Objective objective, Path folder, PrintWriter terminal)
      throws IOException {
    PortraitFamily trained = recipe.family();
    TrainingOptions options = recipe.options();
    String name = trained.name().toLowerCase(Locale.ROOT);
    Path file = folder.resolve(TrainedWeights.FILE);
    Map<String, String> notes = Map.of("family", name, "seed", Long.toString(seed));
    long steps = TrainedWeights.export(folder.resolve(Trainer.CHECKPOINT), notes, file);
    TrainingState weights = TrainedWeights.read(file);
    trained.export(weights.averaged(), notes, folder);
    recipe.end(folder, steps, Trainer.seconds(folder));
    int batches = (amount.quick ? EVALUATED_QUICK : EVALUATED) / trained.batch();
    ObjectNode figures = JSON.createObjectNode().put("family", name).put("seed", seed);
    figures.put("parameters", objective.program().size()).put("bytes", Files.size(file));
    Map<Use, Map<String, Double>> found = new EnumMap<>(Use.class);
    for (Use use : amount.quick ? List.of(Use.VALIDATION) : RESULTS) {
      found.put(
          use,
          Evaluation.of(
              objective, options, weights, new HeldOut(trained.batches(use, seed), batches)));
      ObjectNode parts = figures.putObject(use.name().toLowerCase(Locale.ROOT));
      found.get(use).forEach(parts::put);
      terminal.printf("%s: %s%n", WORDS.get(use), told(found.get(use)));
    }
    Map<String, Double> report =
        trained.report(
            weights, options, folder, amount.quick ? Use.VALIDATION : Use.TEST_PICTURES, batches);
    report.forEach(figures::put);
    if (!report.isEmpty()) {
      terminal.printf("beside the loss: %s%n", told(report));
    }
    JSON.writerWithDefaultPrettyPrinter()
        .writeValue(folder.resolve("figures.json").toFile(), figures);
    terminal.printf(
        "%,d parameters in %s, 16 bits each; curve, its picture, recipe, figures and checkpoint"
            + " beside it%n",
        objective.program().size(), file);
    if (!amount.quick) {
      String flaw = trained.flaw(report);
      if (!flaw.isEmpty()) {
        throw new CommandException(flaw);
      }
      return 0;
    }
    double loss = found.getOrDefault(Use.VALIDATION, Map.of()).getOrDefault("loss", Double.NaN);
    double bound = trained.quick().bound();
    terminal.printf(
        Locale.ROOT, "loss %.4f, to be below %.4f: %s%n", loss, bound, loss < bound ? "yes" : "NO");
    return loss < bound ? 0 : 1;
  }

  private static String told(Map<String, Double> parts) {
    StringBuilder all = new StringBuilder();
    parts.forEach((part, value) ->
        all.append(all.isEmpty() ? "" : ", ")
            .append(part)
            .append(
                value == Math.rint(value)
                    ? String.format(Locale.ROOT, " %.0f", value)
                    : String.format(Locale.ROOT, " %.4f", value)));
    return all.toString();
  }

  /** A progress bar on standard error. */
  private static final class Steps implements TrainingProgress.Listener, AutoCloseable {
    private final ProgressBar bar;

    Steps(String name) {
      bar =
          new ProgressBarBuilder()
              .setTaskName(name)
              .setInitialMax(0)
              .setUnit(" steps", 1)
              .setStyle(ProgressBarStyle.ASCII)
              .setUpdateIntervalMillis(1_000)
              .build();
    }

    @Override
    public void at(TrainingProgress progress) {
      bar.maxHint(progress.totalSteps());
      bar.stepTo(progress.steps());
      bar.setExtraMessage(String.format(Locale.ROOT, "loss %.4f", progress.loss()));
    }

    @Override
    public void close() {
      bar.close();
    }
  }
}
