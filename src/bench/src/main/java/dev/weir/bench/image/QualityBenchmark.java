package dev.weir.bench.image;

import dev.weir.bench.BenchProgress;
import dev.weir.bench.BenchmarkResult;
import dev.weir.bench.Machine;
import dev.weir.image.portrait.PortraitDesign;
import dev.weir.train.portrait.PortraitFamily;
import dev.weir.train.portrait.PortraitSplit.Use;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/** What the pictures of each family are worth, beside real ones that no network learned from. */
public final class QualityBenchmark {
  private final PortraitDesign design = PortraitDesign.builtIn();
  private final QualityOptions options;

  public QualityBenchmark(QualityOptions options) {
    this.options = options;
  }

  /**
   * Draws, measures and prints.
   *
   * @param out a table; sheets are named there
   * @throws IllegalArgumentException if a network is not where it should be
   */
  public List<BenchmarkResult> run(PrintWriter out, BenchProgress progress) throws IOException {
    try (ModelFolders models = new ModelFolders(options.models());
        JudgeRecogniser judge = new JudgeRecogniser(design, models.of(PortraitFamily.JUDGE))) {
      List<PortraitFamily> families = families(models);
      for (PortraitFamily family : families) {
        models.of(family); // better missed now than minutes later
      }
      out.println(Machine.current().describe());
      out.printf(
          Locale.ROOT,
          "%d pictures of each kind, %s; 95 %% intervals%n",
          options.pictures(),
          options.split() == Use.VALIDATION
              ? "of the validation split: to choose settings by"
              : "that no network learned from");
      progress.at("real pictures", 0, 1);
      QualityData data = QualityData.of(design, judge, options.split(), options.pictures());
      QualityReport report = new QualityReport(data, out);
      report.real();
      List<BenchmarkResult> results =
          new ArrayList<>(QualityReport.results("real", data.figures()));
      for (PortraitFamily family : families) {
        try (Drawer drawer = drawer(design, family, models)) {
          FamilyQuality.Result result = measure(drawer, data, progress);
          report.family(result);
          results.addAll(QualityReport.results(result.family(), result.figures()));
          if (options.sheets() != null) {
            new QualitySheets(data, options.sheets()).write(result, drawer).forEach(out::println);
          }
        }
      }
      out.flush();
      return results;
    }
  }

  private FamilyQuality.Result measure(Drawer drawer, QualityData data, BenchProgress progress) {
    double temperature = Objects.requireNonNullElse(options.temperature(), drawer.temperature());
    QualityProgress work = new QualityProgress(progress, FamilyQuality.work(drawer, data));
    FamilyQuality.Result result = new FamilyQuality(data, drawer, temperature, work).run();
    work.at(drawer.family() + ": done");
    return result;
  }

  private List<PortraitFamily> families(ModelFolders models) {
    if (!options.families().isEmpty()) {
      return options.families();
    }
    List<PortraitFamily> found = new ArrayList<>();
    for (PortraitFamily family : PortraitFamily.values()) {
      if (family.draws() && models.has(family)) {
        found.add(family);
      }
    }
    if (found.isEmpty()) {
      throw new IllegalArgumentException("there is no trained network that draws portraits");
    }
    return found;
  }

  static Drawer drawer(PortraitDesign design, PortraitFamily family, ModelFolders models)
      throws IOException {
    return switch (family) {
      case PIXEL -> new PixelDrawer(design, models.of(family));
      case VAE -> new VaeDrawer(design, models.of(family));
      case DIFFUSION -> new MaskedDrawer(design, models.of(family));
      case JUDGE, TEXT -> throw new IllegalArgumentException(family + " draws nothing");
    };
  }
}
