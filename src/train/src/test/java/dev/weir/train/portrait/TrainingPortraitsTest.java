package dev.weir.train.portrait;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.weir.image.portrait.Portrait;
import dev.weir.image.portrait.PortraitDesign;
import dev.weir.image.portrait.PortraitSampler;
import dev.weir.torch.train.HostTensor;
import dev.weir.train.judge.Judge;
import dev.weir.train.pixel.PixelTransformer;
import dev.weir.train.portrait.PortraitSplit.Use;
import dev.weir.train.portrait.TrainingPortraits.Example;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class TrainingPortraitsTest {
  private static final int DRAWS = 40_000;
  private final PortraitDesign design = PortraitDesign.builtIn();
  private final PortraitSplit split = new PortraitSplit(design);
  private final int hair = design.attribute("hair");
  private final int hairColour = design.attribute("hairColor");
  private final int top = design.attribute("clothing");
  private final int topColour = design.attribute("clothingColor");

  private TrainingPortraits portraits(Use use) {
    return new TrainingPortraits(design, use, 1, 32);
  }

  @Test
  void aFiftiethIsKeptBackForEachOtherUseAndOfPairsAFiftiethOfTheFifthThatHasThem() {
    Map<Use, Integer> counts = new EnumMap<>(Use.class);
    PortraitSampler sampler = new PortraitSampler(design);
    for (int n = 0; n < DRAWS; n++) {
      Portrait portrait = sampler.draw(9, n);
      int uses = 0;
      for (Use use : Use.values()) {
        if (split.picture(portrait, use).isPresent()) {
          counts.merge(use, 1, Integer::sum);
          uses++;
        }
      }
      assertThat(uses).isLessThanOrEqualTo(1);
    }
    assertThat(share(counts, Use.TEST_PAIRS)).isCloseTo(0.19 * 0.96 / 50, within(0.0012));
    assertThat(share(counts, Use.TEST_PICTURES)).isCloseTo(0.0162, within(0.004));
    assertThat(share(counts, Use.VALIDATION)).isCloseTo(0.0162, within(0.004));
    assertThat(share(counts, Use.TRAINING)).isCloseTo(0.81 * 0.96, within(0.02));
  }

  @Test
  void attributesAreThoseOfThePortraitsWhateverIsSaid() {
    TrainingPortraits portraits = portraits(Use.TRAINING);
    Map<String, HostTensor.Integers> batch = portraits.at(3);
    HostTensor.Integers attributes = Objects.requireNonNull(batch.get(Judge.ATTRIBUTES));
    int width = design.attributes().size();
    assertThat(attributes.shape()).containsExactly(32, width);
    for (int e = 0; e < 32; e++) {
      Portrait portrait = portraits.example(3 * 32 + e).portrait();
      for (int i = 0; i < width; i++) {
        assertThat(attributes.values()[e * width + i]).isEqualTo(portrait.value(i));
      }
    }
  }

  private static double share(Map<Use, Integer> counts, Use use) {
    return (double) counts.getOrDefault(use, 0) / DRAWS;
  }

  /** Whether it is shown by what is learned from: pairs that are not, and values that all are. */
  @Test
  void pairsThatAreKeptBackAreNeverSeenAndTheirValuesAre() {
    Set<Integer> seenHairs = new HashSet<>();
    Set<Integer> seenTops = new HashSet<>();
    TrainingPortraits training = portraits(Use.TRAINING);
    for (int n = 0; n < DRAWS; n++) {
      Portrait portrait = training.example(n).portrait();
      seenHairs.add(100 * portrait.value(hair) + portrait.value(hairColour));
      seenTops.add(100 * portrait.value(top) + portrait.value(topColour));
    }
    int fewestColours = Integer.MAX_VALUE;
    for (int h = 0; h < 45; h++) {
      int value = h;
      fewestColours =
          Math.min(fewestColours, (int) seenHairs.stream().filter(p -> p / 100 == value).count());
    }
    assertThat(fewestColours).isGreaterThanOrEqualTo(6); // of 8
    assertThat(seenHairs).hasSizeBetween(45 * 8 * 86 / 100, 45 * 8 * 94 / 100);
    assertThat(seenTops).hasSizeBetween(22 * 12 * 86 / 100, 22 * 12 * 94 / 100);
    TrainingPortraits pairs = portraits(Use.TEST_PAIRS);
    for (int n = 0; n < 2_000; n++) {
      Portrait portrait = pairs.example(n).portrait();
      boolean unseen =
          !seenHairs.contains(100 * portrait.value(hair) + portrait.value(hairColour))
              || !seenTops.contains(100 * portrait.value(top) + portrait.value(topColour));
      assertThat(unseen).as("%s", portrait).isTrue();
    }
  }

  @Test
  void halfOfTheCaptionsSayAllAndATenthNothing() {
    int all = 0;
    int nothing = 0;
    TrainingPortraits training = portraits(Use.TRAINING);
    for (int n = 0; n < DRAWS / 4; n++) {
      Example example = training.example(n);
      all += Arrays.equals(example.said(), example.portrait().values()) ? 1 : 0;
      nothing += Arrays.stream(example.said()).allMatch(v -> v < 0) ? 1 : 0;
    }
    // The probability of an attribute may be near 1 or 0 as well: 1 / 18 of the rest each, or less.
    assertThat(4.0 * all / DRAWS).isCloseTo(0.5 + 0.4 / 18, within(0.025));
    assertThat(4.0 * nothing / DRAWS).isCloseTo(0.1 + 0.4 / 18, within(0.02));
  }

  @Test
  void aBatchIsFixedByItsStep() {
    for (String name : new String[] {PixelTransformer.CONDITION, PixelTransformer.PIXELS}) {
      assertThat(tensor(7, name).values()).isEqualTo(tensor(7, name).values());
      assertThat(tensor(7, name).values()).isNotEqualTo(tensor(8, name).values());
    }
    assertThat(tensor(7, PixelTransformer.PIXELS).shape()).containsExactly(32, 256);
    assertThat(tensor(7, PixelTransformer.CONDITION).shape()).containsExactly(32, 17);
    assertThat(TrainingPortraits.attributeValues(design))
        .containsExactly(8, 5, 45, 8, 22, 12, 12, 3, 23, 3, 15, 4, 11, 8, 9, 5, 4);
  }

  @Test
  void successiveBatchesHaveNothingInCommon() {
    TrainingPortraits training = portraits(Use.TRAINING);
    Set<List<Integer>> pictures = new HashSet<>();
    for (long step = 0; step < 64; step++) {
      int[] pixels =
          Objects.requireNonNull(training.at(step).get(PixelTransformer.PIXELS)).values();
      for (int i = 0; i < 32; i++) {
        pictures.add(Arrays.stream(pixels, 256 * i, 256 * (i + 1)).boxed().toList());
      }
    }
    assertThat(pictures).hasSize(64 * 32);
  }

  /** Absence is value 0 of a part that may be absent; to say nothing is a value behind all. */
  @Test
  void whatIsSaidIsItsValueAndWhatIsUnsaidTheOneBehindThem() {
    List<Integer> sizes = TrainingPortraits.attributeValues(design);
    TrainingPortraits training = portraits(Use.TRAINING);
    int[] conditions =
        Objects.requireNonNull(training.at(5).get(PixelTransformer.CONDITION)).values();
    int unsaid = 0;
    int absent = 0;
    for (int e = 0; e < 32; e++) {
      Example example = training.example(5 * 32 + e);
      for (int i = 0; i < sizes.size(); i++) {
        boolean told = example.said()[i] >= 0;
        assertThat(conditions[e * sizes.size() + i])
            .isEqualTo(told ? example.portrait().value(i) : sizes.get(i));
        unsaid += told ? 0 : 1;
        absent += told && design.attributes().get(i).optional() && example.said()[i] == 0 ? 1 : 0;
      }
    }
    assertThat(unsaid).isPositive();
    assertThat(absent).isPositive();
  }

  private HostTensor.Integers tensor(long step, String name) {
    return Objects.requireNonNull(portraits(Use.TRAINING).at(step).get(name));
  }
}
