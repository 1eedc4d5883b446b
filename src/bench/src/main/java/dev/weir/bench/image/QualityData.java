package dev.weir.bench.image;

import dev.weir.bench.image.Captioned.Caption;
import dev.weir.bench.image.Diversity.Group;
import dev.weir.image.portrait.PortraitDesign;
import dev.weir.image.portrait.PortraitSampler;
import dev.weir.train.portrait.PortraitFamily;
import dev.weir.train.portrait.PortraitSplit;
import dev.weir.train.portrait.PortraitSplit.Use;
import dev.weir.train.portrait.TrainingPortraits;
import dev.weir.train.portrait.TrainingPortraits.Example;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/**
 * Real pictures, which all families are held against, and what the measures make of them: the
 * ceiling.
 *
 * @param pairs portraits with a pair that was never learned from; none on the validation split
 * @param groups real pictures of each of some captions
 * @param distributions of the data where such a caption holds
 * @param figures of real pictures, by the names of those of drawn ones
 */
record QualityData(
    PortraitDesign design,
    Recogniser judge,
    List<Example> full,
    List<Example> partial,
    List<Example> empty,
    List<Example> pairs,
    Neighbours training,
    Diversity diversity,
    List<Group> groups,
    List<double[][]> distributions,
    List<Figure> figures) {
  /** Captions whose open attributes are counted, of 1,000 pictures or more. */
  private static final int CAPTIONS = 50;

  private static final int PICTURES_FOR_A_CAPTION = 20; // so that a short run is short

  /** Pictures of each of these captions. */
  static final int DRAWN_OF_EACH = 64;

  private static final int TRAINING_PICTURES = 20_000;
  private static final long TRAINING_SEED = 1; // of the recipes: what networks have seen first
  private static final int COUNTED = 50_000;

  QualityData {
    full = List.copyOf(full);
    partial = List.copyOf(partial);
    empty = List.copyOf(empty);
    pairs = List.copyOf(pairs);
    groups = List.copyOf(groups);
    distributions = List.copyOf(distributions);
    figures = List.copyOf(figures);
  }

  /** Draws the pictures, and measures them. */
  static QualityData of(PortraitDesign design, Recogniser judge, Use split, int pictures) {
    List<Example> full = Captioned.portraits(design, split, pictures, Caption.FULL);
    List<Example> partial = Captioned.portraits(design, split, pictures, Caption.PARTIAL);
    List<Example> pairs =
        split == Use.VALIDATION
            ? List.of()
            : Captioned.portraits(design, Use.TEST_PAIRS, pictures, Caption.FULL);
    TrainingPortraits learned = PortraitFamily.PIXEL.portraits(Use.TRAINING, TRAINING_SEED);
    Neighbours training =
        new Neighbours(
            LongStream.range(0, TRAINING_PICTURES)
                .mapToObj(number -> learned.example(number).picture())
                .toList());
    Diversity diversity = new Diversity(design, TRAINING_SEED);
    List<Group> groups = new ArrayList<>();
    List<double[][]> distributions = new ArrayList<>();
    int captions = Math.clamp(pictures / PICTURES_FOR_A_CAPTION, 1, CAPTIONS);
    for (Example caption : partial.subList(0, captions)) {
      int[] said = caption.said();
      groups.add(new Group(said, judge.recognise(diversity.real(said, DRAWN_OF_EACH))));
      distributions.add(diversity.distribution(said));
    }
    List<Figure> figures = new ArrayList<>();
    List<byte[]> real = Captioned.pictures(full);
    int[][] read = judge.recognise(real);
    figures.add(Figure.share("attributes.full", Fidelity.attributes(full, read)));
    figures.add(Figure.share("attributes.partial", Fidelity.attributes(partial, read)));
    Estimate legal = new Fidelity(design).legal(real, read);
    figures.add(Figure.share("legal.partial", legal));
    figures.add(Figure.share("legal.empty", legal));
    figures.add(variation(diversity, groups, distributions));
    figures.addAll(Neighbours.figures(training.nearest(real)));
    figures.addAll(floors(design));
    return new QualityData(
        design,
        judge,
        full,
        partial,
        Captioned.portraits(design, split, pictures, Caption.EMPTY),
        pairs,
        training,
        diversity,
        groups,
        distributions,
        figures);
  }

  static Figure variation(Diversity diversity, List<Group> groups, List<double[][]> distributions) {
    return new Figure("variation.partial", diversity.variation(groups, distributions), "");
  }

  /**
   * What no network can be below in the mean with empty captions: the entropy of the options; and
   * that of those that are learned from, without the pairs that are kept back. Options that look
   * the same make both a little less.
   */
  private static List<Figure> floors(PortraitDesign design) {
    PortraitSampler sampler = new PortraitSampler(design);
    PortraitSplit split = new PortraitSplit(design);
    int learned = 0;
    for (int n = 0; n < COUNTED; n++) {
      learned += Diversity.picture(split, sampler.draw(TRAINING_SEED, n)).isPresent() ? 1 : 0;
    }
    double entropy = sampler.entropyNats();
    double withoutPairs = entropy + Math.log((double) learned / COUNTED);
    return List.of(
        new Figure("nats.empty.floor", Estimate.exactly(entropy), "nats"),
        new Figure("nats.empty.floor.learned", Estimate.exactly(withoutPairs), "nats"));
  }
}
