package dev.weir.image.portrait;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class PortraitSamplerTest {
  private static final int DRAWS = 40_000;
  private final PortraitDesign design = PortraitDesign.builtIn();
  private final PortraitSampler sampler = new PortraitSampler(design);

  @Test
  void everyValueComesAsOftenAsItShould() {
    int[][] counts = new int[design.attributes().size()][64];
    Set<Portrait> different = new HashSet<>();
    for (int n = 0; n < DRAWS; n++) {
      Portrait portrait = sampler.draw(3, n);
      different.add(portrait);
      for (int i = 0; i < counts.length; i++) {
        counts[i][portrait.value(i)]++;
      }
    }
    assertThat(different).hasSize(DRAWS);
    for (int i = 0; i < counts.length; i++) {
      Attribute attribute = design.attributes().get(i);
      int there = DRAWS - (attribute.optional() ? counts[i][0] : 0);
      for (int v = attribute.first(); v < attribute.values().size(); v++) {
        double expected = (double) there / attribute.choices();
        assertThat((double) counts[i][v])
            .as("%s %d", attribute.name(), v)
            .isCloseTo(expected, within(6 * Math.sqrt(expected)));
      }
      if (attribute.optional()) {
        double share = (double) there / DRAWS;
        assertThat(share)
            .isCloseTo(attribute.name().startsWith("glasses") ? 0.3 : 0.2, within(0.02));
      }
    }
  }

  @Test
  void aDrawIsFixedByItsSeedAndItsNumber() {
    assertThat(sampler.draw(7, 12)).isEqualTo(sampler.draw(7, 12));
    assertThat(sampler.draw(7, 12)).isNotEqualTo(sampler.draw(7, 13));
    assertThat(sampler.draw(7, 12)).isNotEqualTo(sampler.draw(8, 12));
  }

  /** 8 backgrounds, 5 skins, 45 hairs in 8 colours, 22 tops in 12, 12 eyes in 3, 23 mouths in 3. */
  @Test
  void theEntropyIsThatOfItsOptions() {
    double always = Math.log(8. * 5 * 45 * 8 * 22 * 12 * 12 * 3 * 23 * 3);
    double maybe = part(0.3, 14 * 3) + part(0.2, 10 * 7) + part(0.2, 8) + part(0.2, 4 * 3);
    assertThat(sampler.entropyNats()).isCloseTo(always + maybe, within(1e-9));
    assertThat(sampler.entropyNats()).isBetween(27.8, 28.1);
  }

  private static double part(double p, int choices) {
    return p * Math.log(choices) - p * Math.log(p) - (1 - p) * Math.log(1 - p);
  }

  @Test
  void whatIsNoPortraitIsRefused() {
    int[] values = sampler.draw(1, 1).values();
    values[design.attribute("hair")] = 45;
    assertThatThrownBy(() -> Portrait.of(design, values))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("hair is 45, must be 0 to 44");
    int[] coloured = sampler.draw(1, 1).values();
    coloured[design.attribute("hat")] = 0;
    coloured[design.attribute("hatColor")] = 1;
    assertThatThrownBy(() -> Portrait.of(design, coloured)).hasMessageContaining("hatColor is 1");
    assertThatThrownBy(() -> Portrait.of(design, 1, 2)).hasMessageContaining("17 values");
  }
}
