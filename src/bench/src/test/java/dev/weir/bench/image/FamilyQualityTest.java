package dev.weir.bench.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.weir.bench.BenchmarkResult;
import dev.weir.bench.image.Captioned.Caption;
import dev.weir.bench.image.Diversity.Group;
import dev.weir.image.portrait.Portrait;
import dev.weir.image.portrait.PortraitDesign;
import dev.weir.train.portrait.PortraitSplit.Use;
import dev.weir.train.portrait.TrainingPortraits;
import dev.weir.train.portrait.TrainingPortraits.Example;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** A whole family's figures, of drawers whose figures are known. */
final class FamilyQualityTest {
  private static final int PICTURES = 20;
  private static final int GROUPS = 3;
  private final PortraitDesign design = PortraitDesign.builtIn();
  private final List<Example> training =
      Captioned.portraits(design, Use.TRAINING, 40, Caption.FULL);
  private int steps;
  private int announced;

  private List<Example> examples(Use use, Caption caption) {
    return Captioned.portraits(design, use, PICTURES, caption);
  }

  private QualityData data(TestingDrawer judge) {
    Diversity diversity = new Diversity(design, 1);
    List<Example> partial = examples(Use.TEST_PICTURES, Caption.PARTIAL);
    TestingDrawer truth = new TestingDrawer(UnaryOperator.identity());
    List<Group> groups = new ArrayList<>();
    List<double[][]> distributions = new ArrayList<>();
    for (Example caption : partial.subList(0, GROUPS)) {
      int[] condition = TrainingPortraits.condition(design, caption.said());
      List<byte[]> real =
          truth.draw(Collections.nCopies(64, condition), Captioned.seeds(99, 64), 1);
      groups.add(new Group(caption.said(), truth.recognise(real)));
      distributions.add(diversity.distribution(caption.said()));
    }
    return new QualityData(
        design,
        judge,
        examples(Use.TEST_PICTURES, Caption.FULL),
        partial,
        examples(Use.TEST_PICTURES, Caption.EMPTY),
        examples(Use.TEST_PAIRS, Caption.FULL),
        new Neighbours(Captioned.pictures(training)),
        diversity,
        groups,
        distributions,
        List.of(new Figure("legal.empty", Estimate.ofShare(99, 100).times(100), "%")));
  }

  private FamilyQuality.Result measure(TestingDrawer drawer) {
    QualityData data = data(drawer);
    QualityProgress progress =
        new QualityProgress(
            (what, done, total) -> {
              assertThat(done).isBetween(steps, total);
              steps = done;
              announced = total;
            },
            FamilyQuality.work(drawer, data));
    FamilyQuality.Result result = new FamilyQuality(data, drawer, 0.7, progress).run();
    progress.at("done");
    return result;
  }

  private static Map<String, Double> values(FamilyQuality.Result result) {
    return result.figures().stream()
        .collect(Collectors.toMap(Figure::name, figure -> figure.estimate().value()));
  }

  @Test
  void whoDrawsTheTruthHasTheFiguresOfTheData() {
    TestingDrawer truth = new TestingDrawer(UnaryOperator.identity());
    Map<String, Double> found = values(measure(truth));
    for (String name :
        List.of(
            "pixels.full",
            "exact.full",
            "attributes.full",
            "attributes.partial",
            "legal.partial",
            "legal.empty",
            "pairs.exact",
            "pairs.attributes",
            "pixels.greedy",
            "exact.greedy",
            "pairs.exact.greedy")) {
      assertThat(found.get(name)).as(name).isEqualTo(100.0);
    }
    assertThat(found.get("nats.empty.exact")).isEqualTo(256 * Math.log(2), within(1e-9));
    assertThat(found.get("bits.empty.exact")).isEqualTo(1, within(1e-9));
    assertThat(found.get("entropy.partial")).isBetween(95.0, 105.0);
    assertThat(found.get("variation.partial")).isBetween(0.05, 0.2); // of 64 samples
    assertThat(found.get("neighbours.copies")).isZero();
    assertThat(truth.temperatures).containsOnly(0.7, 0.0);
    assertThat(truth.temperatures.stream().filter(t -> t == 0).count()).isEqualTo(2);
    assertThat(steps).isEqualTo(announced);
  }

  @Test
  void whoAlwaysDrawsOnePictureOfTheTrainingSetIsLegalAndFoundOut() {
    Portrait one = training.get(3).portrait();
    Map<String, Double> found = values(measure(new TestingDrawer(portrait -> one)));
    assertThat(found.get("legal.partial")).isEqualTo(100.0);
    assertThat(found.get("legal.empty")).isEqualTo(100.0);
    assertThat(found.get("exact.full")).isZero();
    assertThat(found.get("attributes.full")).isLessThan(60.0);
    assertThat(found.get("entropy.partial")).isEqualTo(0, within(1e-9));
    assertThat(found.get("variation.partial")).isGreaterThan(0.5);
    assertThat(found.get("neighbours.copies")).isEqualTo(100.0);
    assertThat(found.get("neighbours.distance")).isZero();
  }

  @Test
  void theReportHoldsFiguresAgainstTheirBars() {
    List<Figure> figures =
        List.of(
            Figure.share("legal.empty", new Estimate(0.69, 0.66, 0.72)),
            new Figure("nats.empty.exact", new Estimate(28.5, 28.4, 28.6), "nats"),
            new Figure("variation.partial", new Estimate(0.1, 0.09, 0.11), ""));
    StringWriter text = new StringWriter();
    QualityData data = data(new TestingDrawer(UnaryOperator.identity()));
    new QualityReport(data, new PrintWriter(text))
        .family(
            new FamilyQuality.Result(
                "pixel", 1, figures, List.of(), List.of(), List.of(), List.of(), List.of()));
    assertThat(text.toString().lines().map(line -> line.replaceAll(" +", " ").strip()))
        .contains(
            "legal.empty, % 69.0 66.0 to 72.0 99.0 at least 70.0: NO",
            "nats.empty.exact, nats 28.50 28.40 to 28.60 at most 28.60: yes",
            "variation.partial 0.1000 0.0900 to 0.1100");
    List<BenchmarkResult> results = QualityReport.results("pixel", figures);
    assertThat(results.get(0).name()).isEqualTo("image.pixel.legal.empty");
    assertThat(results.get(0).peer()).isEqualTo("bar, at least");
    assertThat(results.get(0).peerValue()).isEqualTo(70.0);
    assertThat(results)
        .extracting(BenchmarkResult::name)
        .contains("image.pixel.legal.empty.low", "image.pixel.legal.empty.high");
  }
}
