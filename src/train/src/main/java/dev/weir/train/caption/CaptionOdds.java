package dev.weir.train.caption;

import dev.weir.image.portrait.Attribute;
import dev.weir.image.portrait.CaptionReading;
import dev.weir.image.portrait.PortraitDesign;
import dev.weir.image.portrait.PortraitSampler;
import dev.weir.train.portrait.TrainingPortraits;
import java.util.List;

/**
 * The probability with which {@link PortraitCaptions} write a caption: what a model that knows all
 * about them would give it, so that the mean of -ln p is a floor. Close to, not exactly: captions
 * of pictures that are kept back are missing in what is learned from.
 */
final class CaptionOdds {
  /** Intervals of Simpson's rule, which is exact enough for a polynomial of degree 17. */
  private static final int INTERVALS = 400;

  /** Of hair styles in their colours, and of tops in theirs, that share can be there. */
  private static final double PAIRS_LEARNED = 0.9;

  private final PortraitDesign design;
  private final int background;
  private final List<Integer> paired;

  CaptionOdds(PortraitDesign design) {
    this.design = design;
    this.background = design.attribute("backgroundColor");
    this.paired = List.of(design.attribute("hair"), design.attribute("clothing"));
  }

  /**
   * ln p of a caption.
   *
   * @param said what it says
   * @param beginning ln p of the words that it begins with
   */
  double logProbability(int[] said, double beginning) {
    double all = TrainingPortraits.ALL_SAID * chance(said, 1);
    double nothing = TrainingPortraits.NOTHING_SAID * chance(said, 0);
    double rest = 1 - TrainingPortraits.ALL_SAID - TrainingPortraits.NOTHING_SAID;
    double values = Math.log(all + nothing + rest * meanChance(said));
    double order = 0;
    int clauses = 0;
    for (int part = 0; part < said.length; part++) {
      if (design.partOf(part) == part && part != background && told(said, part)) {
        order -= Math.log(++clauses);
      }
    }
    return values + order + beginning;
  }

  /** The mean over a share of attributes that is as likely anywhere from 0 to 1. */
  private double meanChance(int[] said) {
    double sum = chance(said, 0) + chance(said, 1);
    for (int i = 1; i < INTERVALS; i++) {
      sum += (i % 2 == 0 ? 2 : 4) * chance(said, (double) i / INTERVALS);
    }
    return sum / (3 * INTERVALS);
  }

  /** The probability of what is said where each attribute is said with a probability. */
  private double chance(int[] said, double share) {
    double chance = 1;
    for (int part = 0; part < said.length; part++) {
      if (design.partOf(part) == part) {
        chance *= ofPart(said, part, share);
      }
    }
    return chance;
  }

  private double ofPart(int[] said, int part, double share) {
    Attribute attribute = design.attributes().get(part);
    double values = 1;
    double unsaid = 1;
    boolean whole = true;
    for (int i = 0; i < said.length; i++) {
      if (design.partOf(i) == part) {
        boolean open = said[i] == CaptionReading.UNSAID;
        values *= open ? 1 - share : share / design.attributes().get(i).choices();
        unsaid *= 1 - share;
        whole &= !open;
      }
    }
    if (attribute.optional() && told(said, part)) {
      double presence = PortraitSampler.presence(attribute);
      return said[part] == 0 ? (1 - presence) * (1 - unsaid) : presence * values;
    }
    return whole && paired.contains(part) ? values / PAIRS_LEARNED : values;
  }

  private boolean told(int[] said, int part) {
    for (int i = 0; i < said.length; i++) {
      if (design.partOf(i) == part && said[i] != CaptionReading.UNSAID) {
        return true;
      }
    }
    return false;
  }
}
