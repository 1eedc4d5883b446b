package dev.weir.image.portrait;

import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Draws portraits: every value of an attribute is as likely as the others, and parts that may be
 * absent are there with a probability of their own.
 */
public final class PortraitSampler {
  private static final Map<String, Double> PRESENCE =
      Map.of("glasses", 0.3, "hat", 0.2, "beard", 0.2, "accessories", 0.2);

  /** So that neighbours of one seed have no numbers in common (Steele 2014). */
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  private final PortraitDesign design;

  public PortraitSampler(PortraitDesign design) {
    this.design = design;
  }

  /** Portrait number {@code index} of an endless row, which the seed fixes. */
  public Portrait draw(long seed, long index) {
    SplittableRandom random = new SplittableRandom(mixed(mixed(seed) + index * GOLDEN));
    List<Attribute> attributes = design.attributes();
    int[] values = new int[attributes.size()];
    for (int i = 0; i < values.length; i++) {
      Attribute attribute = attributes.get(i);
      boolean there =
          !attribute.optional()
              || (attribute.colour()
                  ? values[design.partOf(i)] != 0
                  : random.nextDouble() < presence(attribute));
      values[i] = there ? attribute.first() + random.nextInt(attribute.choices()) : 0;
    }
    return Portrait.of(design, values);
  }

  /** How often a part is there that may be absent. */
  public static double presence(Attribute part) {
    Double presence = PRESENCE.get(part.name());
    if (presence == null) {
      throw new IllegalStateException("how often is " + part.name() + " there?");
    }
    return presence;
  }

  private static long mixed(long z) {
    long y = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
    long x = (y ^ y >>> 27) * 0x94D049BB133111EBL;
    return x ^ x >>> 31;
  }

  /**
   * Entropy of a drawn portrait's values in nats. Some values give the same picture (what a hat
   * hides), so the entropy of pictures is a little less.
   */
  public double entropyNats() {
    double entropy = 0;
    for (int i = 0; i < design.attributes().size(); i++) {
      Attribute attribute = design.attributes().get(i);
      double choices = Math.log(attribute.choices());
      if (!attribute.optional()) {
        entropy += choices;
      } else if (attribute.colour()) {
        entropy += presence(design.attributes().get(design.partOf(i))) * choices;
      } else {
        double p = presence(attribute);
        entropy += p * choices - p * Math.log(p) - (1 - p) * Math.log(1 - p);
      }
    }
    return entropy;
  }
}
