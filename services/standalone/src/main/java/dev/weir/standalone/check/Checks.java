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
  private static final int FLIP_WINDOWS = 2;

  private final PrintWriter out;
  private final @Nullable ModelSource model;
  private final List<Setting> settings;
  private final TorchOptions float32;

  /** A way to run a model, as the options of a worker write it. */
  public record Setting(String backend, String precision) {
    /** What a worker chooses. */
    public static final Setting AUTO = new Setting("auto", "auto");

    /**
     * Reads {@code BACKEND/PRECISION}, such as {@code torch/bf16}.
     *
     * @throws IllegalArgumentException if it is written otherwise
     */
    public static Setting parse(String text) {
      String[] parts = text.split("/", -1);
      if (parts.length != 2) {
        throw new IllegalArgumentException(
            "'%s' is no BACKEND/PRECISION, such as torch/bf16".formatted(text));
      }
      return new Setting(parts[0], parts[1]);
    }
  }

  /**
   * @param model what answers with tokenizer and generation are about; null if none is named
   * @param settings of which it is told what they lose against float32
   * @param threads CPU threads; 0 for all
   */
  public Checks(PrintWriter out, @Nullable ModelSource model, List<Setting> settings, int threads) {
    this.out = out;
    this.model = model;
    this.settings = List.copyOf(settings);
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
        for (Setting setting : settings) {
          quality(checkpoint, source.path(), setting, reference, windows);
        }
      }
    }
  }

  /** What a setting loses against float32, and how often its tokens flip. */
  private void quality(
      Checkpoint checkpoint,
      Path path,
      Setting setting,
      LanguageModel reference,
      List<int[]> windows) {
    TextWorkerConfig worker =
        TextWorkerConfig.load(
            Map.of(
                "weir.worker.model", path.toString(),
                "weir.worker.backend", setting.backend(),
                "weir.worker.precision", setting.precision(),
                "weir.worker.slots", Integer.toString(FLIP_WINDOWS)));
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
      FlipRate flips =
          FlipRate.of(model, windows.subList(0, Math.min(FLIP_WINDOWS, windows.size())));
      out.printf(
          "      %d of %d most probable tokens change when computed one by one beside others%s%n",
          flips.flips(), flips.positions(), model.limits().rowInvariant() ? " (none may)" : "");
      out.flush();
    }
  }
}
