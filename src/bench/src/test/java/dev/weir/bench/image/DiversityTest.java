package dev.weir.bench.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.weir.bench.image.Captioned.Caption;
import dev.weir.bench.image.Diversity.Group;
import dev.weir.image.portrait.CaptionReading;
import dev.weir.image.portrait.Portrait;
import dev.weir.image.portrait.PortraitDesign;
import dev.weir.image.portrait.PortraitSampler;
import dev.weir.train.portrait.PortraitSplit;
import dev.weir.train.portrait.PortraitSplit.Use;
import dev.weir.train.portrait.TrainingPortraits.Example;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

final class DiversityTest {
  private final PortraitDesign design = PortraitDesign.builtIn();
  private final Diversity diversity = new Diversity(design, 1);
  private final int skin = design.attribute("skinColor");
  private final int hat = design.attribute("hat");

  /** All of portrait 0 is said, but for some attributes. */
  private int[] allBut(int... open) {
    List<Example> examples = Captioned.portraits(design, Use.TEST_PICTURES, 1, Caption.FULL);
    int[] said = examples.getFirst().said();
    Arrays.stream(open).forEach(i -> said[i] = CaptionReading.UNSAID);
    return said;
  }

  /** Pictures whose skins are these, and in which all else is as it is said. */
  private Group group(int[] said, int... skins) {
    int[][] read = new int[skins.length][];
    for (int p = 0; p < skins.length; p++) {
      read[p] = said.clone();
      read[p][skin] = skins[p];
    }
    return new Group(said, read);
  }

  @Test
  void whoDrawsAlwaysTheSameHasNoEntropyAndIsAsFarAwayAsCanBe() {
    int[] said = allBut(skin);
    double[][] even = diversity.distribution(said);
    assertThat(even[skin]).containsExactly(new double[] {0.2, 0.2, 0.2, 0.2, 0.2}, within(0.02));
    double[][] exactly = even.clone();
    exactly[skin] = new double[] {0.2, 0.2, 0.2, 0.2, 0.2};
    Group one = group(said, 3, 3, 3, 3, 3);
    Group all = group(said, 0, 1, 2, 3, 4);
    Group two = group(said, 0, 0, 1, 1);
    assertThat(diversity.variation(List.of(one), List.<double[][]>of(exactly)).value())
        .isEqualTo(0.8, within(1e-12));
    assertThat(diversity.variation(List.of(all), List.<double[][]>of(exactly)).value())
        .isEqualTo(0, within(1e-12));
    assertThat(diversity.variation(List.of(one, two), List.of(exactly, exactly)).value())
        .isEqualTo((0.8 + 0.6) / 2, within(1e-12));
    assertThat(diversity.entropy(List.of(one), List.of(all)).value()).isEqualTo(0, within(1e-12));
    assertThat(diversity.entropy(List.of(two), List.of(all)).value())
        .isEqualTo(Math.log(2) / Math.log(5), within(1e-12));
  }

  @Test
  void onlyWhatIsNotSaidCounts() {
    int[] said = allBut(skin);
    double[][] distribution = diversity.distribution(said);
    Group group = group(said, 0, 1, 2, 3, 4);
    for (int[] values : group.read()) {
      values[design.attribute("eyes")] = 0; // whatever was said
    }
    assertThat(diversity.variation(List.of(group), List.<double[][]>of(distribution)).value())
        .isLessThan(0.02);
  }

  /** How many colours a hair style is never learned in, told by a thousand portraits. */
  private long keptBack(int hair, int hairColor, int style) {
    PortraitSampler sampler = new PortraitSampler(design);
    PortraitSplit split = new PortraitSplit(design);
    boolean[] learned = new boolean[design.attributes().get(hairColor).values().size()];
    for (int n = 0; n < 1_000; n++) {
      int[] values = sampler.draw(2, n).values();
      values[hair] = style;
      Portrait portrait = Portrait.of(design, values);
      learned[portrait.value(hairColor)] |= split.picture(portrait, Use.TRAINING).isPresent();
    }
    long never = 0;
    for (boolean seen : learned) {
      never += seen ? 0 : 1;
    }
    return never;
  }

  /** A colour that is said means that there is a hat; hair comes in colours that it was learned. */
  @Test
  void theDataIsWhatACaptionDescribesWithoutPairsThatAreNeverLearned() {
    int hair = design.attribute("hair");
    int hairColor = design.attribute("hairColor");
    int[] said = new int[design.attributes().size()];
    Arrays.fill(said, CaptionReading.UNSAID);
    said[design.attribute("hatColor")] = 2;
    said[hair] = 7;
    double[][] distribution = diversity.distribution(said);
    assertThat(distribution[hat][0]).isZero();
    assertThat(Arrays.stream(distribution[hat]).sum()).isEqualTo(1, within(1e-9));
    assertThat(distribution[design.attribute("glasses")][0]).isEqualTo(0.7, within(0.02));
    assertThat(Arrays.stream(distribution[hairColor]).filter(share -> share == 0).count())
        .isEqualTo(keptBack(hair, hairColor, 7));
    assertThat(diversity.real(said, 10)).hasSize(10).doesNotHaveDuplicates();
  }
}
