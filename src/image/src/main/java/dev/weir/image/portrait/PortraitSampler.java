package dev.weir.image.portrait;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
  private final int[] nothing;

  public PortraitSampler(PortraitDesign design) {
    this.design = design;
    this.nothing = new int[design.attributes().size()];
    Arrays.fill(nothing, CaptionReading.UNSAID);
  }

  /** Portrait number {@code index} of an endless row, which the seed fixes. */
  public Portrait draw(long seed, long index) {
    return draw(nothing, Set.of(), random(seed, index));
  }

  /**
   * Portrait number {@code index} of an endless row of those that a reading describes: said values
   * are as they are said, a part that is asked for or has a colour is there, and all else is as
   * likely as ever. With a reading that says nothing it is {@link #draw(long, long)}.
   */
  public Portrait draw(CaptionReading reading, long seed, long index) {
    return draw(reading.values(), reading.present(), random(seed, index));
  }

  private Portrait draw(int[] said, Set<Integer> present, SplittableRandom random) {
    List<Attribute> attributes = design.attributes();
    int[] values = new int[attributes.size()];
    for (int i = 0; i < values.length; i++) {
      Attribute attribute = attributes.get(i);
      boolean there =
          !attribute.optional()
              || (attribute.colour()
                  ? values[design.partOf(i)] != 0
                  : isThere(i, said, present, random));
      if (there && said[i] >= attribute.first()) {
        values[i] = said[i];
      } else {
        values[i] = there ? choice(attribute, random) : 0;
      }
    }
    return Portrait.of(design, values);
  }

  /** Whether a part that may be absent is there: what is said of it or of its colour decides. */
  private boolean isThere(int part, int[] said, Set<Integer> present, SplittableRandom random) {
    boolean absent = false;
    for (int i = 0; i < said.length; i++) {
      if (design.partOf(i) == part && said[i] > 0) {
        return true;
      }
      absent |= design.partOf(i) == part && said[i] == 0;
    }
    return present.contains(part)
        || !absent && random.nextDouble() < presence(design.attributes().get(part));
  }

  /**
   * What a network is told of a reading: its values, and for a part that is asked for without
   * saying which, any that is not its absence, for a network knows no "a hat".
   *
   * @param seed chooses among those
   * @return values, {@link CaptionReading#UNSAID} for what is open: [attributes]
   */
  public int[] told(CaptionReading reading, long seed) {
    SplittableRandom random = random(seed, 0);
    int[] values = reading.values();
    for (int i = 0; i < values.length; i++) {
      if (reading.present().contains(i)) {
        values[i] = choice(design.attributes().get(i), random);
      }
    }
    return values;
  }

  private static int choice(Attribute attribute, SplittableRandom random) {
    return attribute.first() + random.nextInt(attribute.choices());
  }

  private static SplittableRandom random(long seed, long index) {
    return new SplittableRandom(mixed(mixed(seed) + index * GOLDEN));
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
