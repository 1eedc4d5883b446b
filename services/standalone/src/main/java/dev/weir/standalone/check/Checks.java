package dev.weir.standalone.check;

import dev.weir.engine.LanguageModel;
import dev.weir.standalone.model.ModelSource;
import dev.weir.text.Checkpoint;
import dev.weir.text.Checkpoints;
import dev.weir.textworker.ServedModel;
import dev.weir.textworker.TextWorkerConfig;
import dev.weir.torch.Precision;
import dev.weir.torch.QualityReport;
import dev.weir.torch.TorchLanguageModel;
import dev.weir.torch.TorchOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Runs every check that some paths hold and prints what came of it. */
public final class Checks {
  private final PrintWriter out;
  private final @Nullable ModelSource model;
  private final TorchOptions float32;

  /**
   * @param model what answers with tokenizer and generation are about; null if none is named
   * @param threads CPU threads; 0 for all
   */
  public Checks(PrintWriter out, @Nullable ModelSource model, int threads) {
    this.out = out;
    this.model = model;
    this.float32 =
        TorchOptions.defaults().withPrecision(Precision.F32).withSlots(1).withThreads(threads);
  }

  /**
   * Checks all that is below the paths.
   *
   * @return whether something was checked and nothing failed
   * @throws CheckException if a path holds nothing that can be checked
   */
  public boolean run(List<Path> paths) throws IOException {
    Report report = new Report(out);
    for (CheckTarget target : CheckTarget.find(paths)) {
      String name = target.file().toString();
      switch (target) {
        case CheckTarget.TemplateAnswers template -> {
          TemplateCheck.run(template, report);
          report.file(template.template().toString(), "");
        }
        case CheckTarget.SamplingAnswers sampling -> {
          SamplingCheck.run(sampling, report);
          report.file(name, "");
        }
        case CheckTarget.CheckpointAnswers checkpoint -> checkpoint(checkpoint, report);
        case CheckTarget.ModelAnswers answers -> {
          if (model == null) {
            report.skip(name, "name the model that it is about: --model NAME or --model PATH");
          } else {
            model(answers, model, report);
          }
        }
        case CheckTarget.ImageSamplerAnswers images ->
            report.skip(name, "this version of Weir has no image samplers");
      }
    }
    return report.end();
  }

  private void checkpoint(CheckTarget.CheckpointAnswers target, Report report) throws IOException {
    try (Checkpoint checkpoint = Checkpoints.open(target.folder(), target.configName());
        LanguageModel languageModel = TorchLanguageModel.load(checkpoint, float32)) {
      double worst = CheckpointCheck.run(target, languageModel, report);
      report.file(
          target.file().resolveSibling(target.configName()).toString(),
          "logits within %.1e".formatted(worst));
    }
  }

  private void model(CheckTarget.ModelAnswers target, ModelSource source, Report report)
      throws IOException {
    try (Checkpoint checkpoint = Checkpoints.open(source.path());
        LanguageModel reference = TorchLanguageModel.load(checkpoint, float32)) {
      ModelCheck.run(target, checkpoint, reference, report);
      report.file(target.file().toString(), source.name() + " in float32");
      List<int[]> windows = ModelCheck.windows(target);
      if (!windows.isEmpty()) {
        quality(checkpoint, source.path(), reference, windows);
      }
    }
  }

  /** What the setting that a worker chooses loses against float32. */
  private void quality(
      Checkpoint checkpoint, Path path, LanguageModel reference, List<int[]> windows) {
    TextWorkerConfig worker =
        TextWorkerConfig.load(
            Map.of("weir.worker.model", path.toString(), "weir.worker.slots", "1"));
    ServedModel served = ServedModel.load(checkpoint, worker);
    try (LanguageModel model = served.model()) {
      QualityReport quality =
          QualityReport.compare(
              reference, model, windows, windows.getFirst().length - ModelCheck.SCORED);
      out.printf(
          "      %s (%s) against f32 on %d tokens: KL %.5f, same top token %.1f %%, perplexity %.3f"
              + " (f32 %.3f)%n",
          served.precision(),
          served.backend(),
          quality.tokens(),
          quality.klDivergence(),
          100 * quality.sameTop1(),
          quality.perplexity(),
          quality.referencePerplexity());
    }
  }
}
