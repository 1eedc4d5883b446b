package dev.weir.standalone.command;

import dev.weir.standalone.check.Checks;
import dev.weir.standalone.model.ModelSource;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Holds checkpoints, samplers, tokenizers and templates against reference outputs. */
@Command(
    name = "check",
    description = {
      "Compare with reference outputs; prints a line for each file and 'N passed, N failed'.",
      "Recognised by content: a checkpoint folder with expected.json (config.json and"
          + " config.v4.json), a sampling.json, an expected.json with tokenizer and generation"
          + " (wants --model), a .jinja beside its .expected.json. A folder is searched through."
    })
final class CheckCommand implements Callable<Integer> {
  @Parameters(paramLabel = "PATH", arity = "1..*", description = "files or folders")
  List<Path> paths = List.of();

  @Option(
      names = "--model",
      paramLabel = "NAME|PATH",
      description =
          "the model that answers with tokenizer and generation are about; also printed: its"
              + " divergence (KL) from float32 at the default precision")
  @Nullable String model;

  @Option(
      names = "--compare",
      paramLabel = "BACKEND/PRECISION",
      split = ",",
      description =
          "with --model: the settings that are held against float32, such as"
              + " kernels/auto,torch/bf16,torch/int8 (default: ${DEFAULT-VALUE})",
      defaultValue = "auto/auto")
  List<String> compared = List.of();

  @Option(names = "--threads", paramLabel = "N", description = "CPU threads (default: all cores)")
  int threads;

  @Mixin DataOption data = new DataOption();
  @Spec @Nullable CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    ModelSource source = model == null ? null : ModelSource.resolve(model, data.models());
    List<Checks.Setting> settings;
    try {
      settings = compared.stream().map(Checks.Setting::parse).toList();
    } catch (IllegalArgumentException e) {
      throw new CommandException("--compare: " + e.getMessage());
    }
    boolean passed =
        new Checks(Objects.requireNonNull(spec).commandLine().getOut(), source, settings, threads)
            .run(paths);
    return passed ? 0 : 1;
  }
}
