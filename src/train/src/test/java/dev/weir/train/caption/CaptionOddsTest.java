package dev.weir.train.caption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.weir.image.portrait.CaptionReader;
import dev.weir.image.portrait.PortraitDesign;
import dev.weir.image.portrait.PortraitWords;
import dev.weir.train.portrait.PortraitSplit.Use;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class CaptionOddsTest {
  private static final int DRAWS = 100_000;

  /** Those that are frequent enough to be counted say little; absence is among what they say. */
  @Test
  void captionsAreAsFrequentAsTheirProbabilities() {
    PortraitCaptions captions = new PortraitCaptions(Use.TRAINING, 12);
    CaptionOdds odds = new CaptionOdds(PortraitDesign.builtIn());
    CaptionReader reader = new CaptionReader(PortraitWords.builtIn());
    Map<String, Integer> counts = new HashMap<>();
    for (int i = 0; i < DRAWS; i++) {
      counts.merge(captions.at(i), 1, Integer::sum);
    }
    int compared = 0;
    for (Map.Entry<String, Integer> entry : counts.entrySet()) {
      double p =
          Math.exp(
              odds.logProbability(
                  reader.read(entry.getKey()).values(),
                  Math.log(PortraitCaptions.beginningProbability(entry.getKey()))));
      if (p * DRAWS > 30) {
        compared++;
        assertThat((double) entry.getValue())
            .as(entry.getKey())
            .isCloseTo(p * DRAWS, within(5 * Math.sqrt(p * DRAWS)));
      }
    }
    assertThat(compared).isGreaterThan(20);
    assertThat(counts).containsKeys("portrait", "no beard", "a person with no hat");
  }

  @Test
  void whatIsOftenSaidTogetherHasTheProbabilityOfItsParts() {
    PortraitDesign design = PortraitDesign.builtIn();
    CaptionOdds odds = new CaptionOdds(design);
    int[] said = new int[design.attributes().size()];
    java.util.Arrays.fill(said, -1);
    double nothing = odds.logProbability(said, 0);
    // a tenth says nothing by choice, and one share in eighteen of the rest by chance
    assertThat(Math.exp(nothing)).isEqualTo(0.1 + 0.4 / 18, within(1e-6));
    double backgrounds = 0;
    int background = design.attribute("backgroundColor");
    for (int value = 0; value < design.attributes().get(background).values().size(); value++) {
      said[background] = value;
      backgrounds += Math.exp(odds.logProbability(said, 0));
    }
    // the integral of s (1 - s)^16
    assertThat(backgrounds).isEqualTo(0.4 / (18 * 17), within(1e-8));
    said[background] = -1;
    said[design.attribute("skinColor")] = 2;
    said[design.attribute("eyes")] = 3;
    // the integral of s^2 (1 - s)^15, five colours of skin, twelve pairs of eyes, two orders
    assertThat(Math.exp(odds.logProbability(said, 0)))
        .isEqualTo(0.4 * 2 / (18 * 17 * 16) / 5 / 12 / 2, within(1e-10));
  }
}
