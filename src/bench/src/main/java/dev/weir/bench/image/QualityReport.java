package dev.weir.bench.image;

import dev.weir.bench.BenchmarkResult;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What people and programs read: figures with intervals, bars, and real pictures beside them. */
final class QualityReport {
  private static final String LINE = "%-28s %9s  %-21s %9s  %s%n";

  private final QualityData data;
  private final PrintWriter out;

  QualityReport(QualityData data, PrintWriter out) {
    this.data = data;
    this.out = out;
  }

  /** What is measured of real pictures. */
  void real() {
    head("real pictures", "");
    data.figures().forEach(figure -> line("real", figure, ""));
    out.flush();
  }

  /** A family, with what real pictures give beside it. */
  void family(FamilyQuality.Result result) {
    head(String.format(Locale.ROOT, "%s at T=%s", result.family(), result.temperature()), "real");
    for (Figure figure : result.figures()) {
      String real =
          data.figures().stream()
              .filter(other -> other.name().equals(figure.name()))
              .findFirst()
              .map(other -> number(other.estimate().value(), other.unit()))
              .orElse("");
      line(result.family(), figure, real);
    }
    out.flush();
  }

  private void head(String what, String real) {
    out.printf(Locale.ROOT, "%n" + LINE, what, "", "", real, "bar");
  }

  private void line(String family, Figure figure, String real) {
    Estimate estimate = figure.estimate();
    String interval =
        estimate.low() == estimate.high()
            ? ""
            : number(estimate.low(), figure.unit())
                + " to "
                + number(estimate.high(), figure.unit());
    String bar =
        Bar.of(family, figure)
            .map(found ->
                String.format(
                    Locale.ROOT,
                    "%s %s: %s",
                    found.kind(),
                    number(found.bound(), figure.unit()),
                    found.met(figure) ? "yes" : "NO"))
            .orElse("");
    out.printf(
        Locale.ROOT,
        LINE,
        figure.name() + (figure.unit().isEmpty() ? "" : ", " + figure.unit()),
        number(estimate.value(), figure.unit()),
        interval,
        real,
        bar);
  }

  private static String number(double value, String unit) {
    String format =
        switch (unit) {
          case "", "bits/pixel" -> "%.4f";
          case "nats" -> "%.2f";
          case "units" -> "%.0f";
          default -> "%.1f";
        };
    return String.format(Locale.ROOT, format, value);
  }

  /** {@code image.FAMILY.FIGURE}, with its bar where it has one, and the ends of its interval. */
  static List<BenchmarkResult> results(String family, List<Figure> figures) {
    List<BenchmarkResult> results = new ArrayList<>();
    for (Figure figure : figures) {
      String name = "image." + family + "." + figure.name();
      Estimate estimate = figure.estimate();
      Optional<Bar> bar = Bar.of(family, figure);
      results.add(
          bar.isPresent()
              ? BenchmarkResult.against(
                  name,
                  estimate.value(),
                  figure.unit(),
                  "bar, " + bar.get().kind(),
                  bar.get().bound())
              : BenchmarkResult.of(name, estimate.value(), figure.unit()));
      if (estimate.low() < estimate.high()) {
        results.add(BenchmarkResult.of(name + ".low", estimate.low(), figure.unit()));
        results.add(BenchmarkResult.of(name + ".high", estimate.high(), figure.unit()));
      }
    }
    return results;
  }
}
