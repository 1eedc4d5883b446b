package dev.weir.bench.image;

import dev.weir.image.portrait.Attribute;
import dev.weir.image.portrait.CaptionReading;
import dev.weir.image.portrait.Portrait;
import dev.weir.image.portrait.PortraitDesign;
import dev.weir.image.portrait.PortraitSampler;
import dev.weir.train.portrait.PortraitSplit;
import dev.weir.train.portrait.PortraitSplit.Use;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Whether attributes that a caption leaves open come as they come in the data: many pictures of one
 * caption, for several captions.
 */
final class Diversity {
  /** Portraits that the distribution of the data is counted from, for each caption. */
  private static final int COUNTED = 20_000;

  private static final int ATTEMPTS = 100; // a fifth of all draws are not learned from

  private final PortraitDesign design;
  private final PortraitSampler sampler;
  private final PortraitSplit split;
  private final long seed;

  /**
   * What is recognised in pictures of one caption.
   *
   * @param said values of the caption: [attributes]
   * @param read of each picture: [pictures][attributes]
   */
  @SuppressWarnings("ArrayRecordComponent") // passed on, never compared
  record Group(int[] said, int[][] read) {}

  Diversity(PortraitDesign design, long seed) {
    this.design = design;
    this.sampler = new PortraitSampler(design);
    this.split = new PortraitSplit(design);
    this.seed = seed;
  }

  /** Pictures of the data that a caption describes. */
  List<byte[]> real(int[] said, int count) {
    List<byte[]> pictures = new ArrayList<>();
    for (Learned learned : learned(said, count)) {
      pictures.add(learned.picture);
    }
    return pictures;
  }

  @SuppressWarnings("ArrayRecordComponent") // passed on, never compared
  private record Learned(Portrait portrait, byte[] picture) {}

  private List<Learned> learned(int[] said, int count) {
    CaptionReading reading = new CaptionReading(said, Set.of(), List.of(), List.of());
    List<Learned> learned = new ArrayList<>();
    for (long index = 0; learned.size() < count; index++) {
      if (index >= (long) ATTEMPTS * count) {
        throw new IllegalStateException("no picture is " + reading);
      }
      Portrait portrait = sampler.draw(reading, seed, index);
      picture(split, portrait).ifPresent(pixels -> learned.add(new Learned(portrait, pixels)));
    }
    return learned;
  }

  /**
   * The picture of a portrait without a pair that is never learned, whether it is one to learn from
   * or kept back by a hash of its pixels, which nobody can learn: if a caption leaves little open,
   * what is kept back is a good part of what it describes.
   */
  static Optional<byte[]> picture(PortraitSplit split, Portrait portrait) {
    return Stream.of(Use.TRAINING, Use.VALIDATION, Use.TEST_PICTURES)
        .flatMap(use -> split.picture(portrait, use).stream())
        .findFirst();
  }

  /** How often each value comes in the data where a caption holds: [attributes][values]. */
  double[][] distribution(int[] said) {
    List<Attribute> attributes = design.attributes();
    double[][] shares = new double[attributes.size()][];
    for (int i = 0; i < shares.length; i++) {
      shares[i] = new double[attributes.get(i).values().size()];
    }
    for (Learned learned : learned(said, COUNTED)) {
      for (int i = 0; i < shares.length; i++) {
        shares[i][learned.portrait.value(i)] += 1.0 / COUNTED;
      }
    }
    return shares;
  }

  /**
   * The total variation between what is recognised and the data, 0 to 1: the mean over attributes
   * that are not said, and over captions.
   *
   * @param distributions of the data, one for each group
   */
  Estimate variation(List<Group> groups, List<double[][]> distributions) {
    double[] means = new double[groups.size()];
    for (int g = 0; g < means.length; g++) {
      int[] said = groups.get(g).said;
      double sum = 0;
      int open = 0;
      for (int i = 0; i < said.length; i++) {
        if (said[i] == CaptionReading.UNSAID) {
          sum += variation(shares(groups.get(g), i), distributions.get(g)[i]);
          open++;
        }
      }
      means[g] = open == 0 ? 0 : sum / open;
    }
    return Estimate.ofMean(means);
  }

  private static double variation(double[] p, double[] q) {
    double sum = 0;
    for (int v = 0; v < p.length; v++) {
      sum += Math.abs(p[v] - q[v]);
    }
    return sum / 2;
  }

  /**
   * The entropy of what is not said, as a share of that in as many real pictures of the same
   * captions: both are short of the distribution's own by as much.
   */
  Estimate entropy(List<Group> groups, List<Group> real) {
    double[] drawn = new double[groups.size()];
    double[] expected = new double[groups.size()];
    for (int g = 0; g < drawn.length; g++) {
      drawn[g] = entropy(groups.get(g));
      expected[g] = entropy(real.get(g));
    }
    return Estimate.ofRatio(drawn, expected);
  }

  /** Of the attributes that are not said, in nats, added up. */
  private double entropy(Group group) {
    double entropy = 0;
    for (int i = 0; i < group.said.length; i++) {
      if (group.said[i] == CaptionReading.UNSAID) {
        for (double share : shares(group, i)) {
          entropy -= share == 0 ? 0 : share * Math.log(share);
        }
      }
    }
    return entropy;
  }

  private double[] shares(Group group, int attribute) {
    double[] shares = new double[design.attributes().get(attribute).values().size()];
    for (int[] values : group.read) {
      shares[values[attribute]] += 1.0 / group.read.length;
    }
    return shares;
  }
}
