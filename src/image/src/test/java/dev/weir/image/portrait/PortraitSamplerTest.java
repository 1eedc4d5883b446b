package dev.weir.image.portrait;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
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

  /** Any values of a portrait, and any of its absent parts asked for without saying which. */
  private CaptionReading randomReading(Random random, int number) {
    Captions captions = new Captions(PortraitWords.builtIn());
    boolean[] said = new boolean[design.attributes().size()];
    double share = random.nextDouble();
    for (int i = 0; i < said.length; i++) {
      said[i] = random.nextDouble() < share;
    }
    int[] values = captions.sayable(sampler.draw(4, number), said);
    Set<Integer> present = new HashSet<>();
    for (int i = 0; i < said.length; i++) {
      if (design.attributes().get(i).optional() && design.partOf(i) == i && random.nextBoolean()) {
        present.add(i);
      }
    }
    for (int i = 0; i < said.length; i++) {
      if (values[i] != CaptionReading.UNSAID) {
        present.remove(design.partOf(i));
      }
    }
    return new CaptionReading(values, present, List.of(), List.of());
  }

  @Test
  void aPortraitOfAReadingIsReadAsTheReadingSays() {
    Captions captions = new Captions(PortraitWords.builtIn());
    CaptionReader reader = new CaptionReader(PortraitWords.builtIn());
    boolean[] all = new boolean[design.attributes().size()];
    Arrays.fill(all, true);
    Random random = new Random(9);
    int asked = 0;
    for (int n = 0; n < 10_000; n++) {
      CaptionReading reading = randomReading(random, n);
      Portrait drawn = sampler.draw(reading, 5, n);
      CaptionReading full = reader.read(captions.write(drawn, all, random));
      assertThat(full.unread()).isEmpty();
      for (int i = 0; i < all.length; i++) {
        if (reading.values()[i] != CaptionReading.UNSAID) {
          assertThat(full.values()[i]).as("%s %d", reading, i).isEqualTo(reading.values()[i]);
        }
        if (reading.present().contains(i)) {
          assertThat(full.values()[i]).isPositive();
          asked++;
        }
      }
    }
    assertThat(asked).isGreaterThan(1_000);
  }

  @Test
  void whatAReadingLeavesOpenIsAsLikelyAsEver() {
    int hat = design.attribute("hat");
    int colour = design.attribute("hatColor");
    int[] values = new int[design.attributes().size()];
    Arrays.fill(values, CaptionReading.UNSAID);
    CaptionReading nothing = new CaptionReading(values, Set.of(), List.of(), List.of());
    assertThat(sampler.draw(nothing, 7, 12)).isEqualTo(sampler.draw(7, 12));

    values[colour] = 3; // a hat of this colour, whichever
    CaptionReading blue = new CaptionReading(values, Set.of(), List.of(), List.of());
    int[] hats = new int[design.attributes().get(hat).values().size()];
    int glasses = 0;
    for (int n = 0; n < 10_000; n++) {
      Portrait drawn = sampler.draw(blue, 7, n);
      assertThat(drawn.value(colour)).isEqualTo(3);
      hats[drawn.value(hat)]++;
      glasses += drawn.value(design.attribute("glasses")) != 0 ? 1 : 0;
    }
    assertThat(hats[0]).isZero();
    assertThat(Arrays.stream(hats).skip(1)).allMatch(count -> Math.abs(count - 1_000) < 200);
    assertThat(glasses).isBetween(2_800, 3_200);
  }

  @Test
  void whatANetworkIsToldHasAValueForEveryPartThatIsAskedFor() {
    Random random = new Random(11);
    Set<Integer> hats = new HashSet<>();
    for (int n = 0; n < 10_000; n++) {
      CaptionReading reading = randomReading(random, n);
      int[] told = sampler.told(reading, n);
      assertThat(sampler.told(reading, n)).isEqualTo(told);
      for (int i = 0; i < told.length; i++) {
        if (reading.present().contains(i)) {
          assertThat(told[i]).isBetween(1, design.attributes().get(i).values().size() - 1);
          if (i == design.attribute("hat")) {
            hats.add(told[i]);
          }
        } else {
          assertThat(told[i]).isEqualTo(reading.values()[i]);
        }
      }
    }
    assertThat(hats).hasSize(10);
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
