package dev.weir.bench.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.weir.bench.image.Captioned.Caption;
import dev.weir.image.portrait.CaptionReading;
import dev.weir.image.portrait.Portrait;
import dev.weir.image.portrait.PortraitDesign;
import dev.weir.train.portrait.PortraitSplit.Use;
import dev.weir.train.portrait.TrainingPortraits.Example;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Measures of drawers whose figures are known. */
final class FidelityTest {
  private static final int PICTURES = 100;
  private final PortraitDesign design = PortraitDesign.builtIn();
  private final int skin = design.attribute("skinColor");

  private List<Example> asked(Caption caption) {
    return Captioned.portraits(design, Use.TEST_PICTURES, PICTURES, caption);
  }

  private List<byte[]> drawn(TestingDrawer drawer, List<Example> asked) {
    return drawer.draw(Captioned.conditions(design, asked), Captioned.seeds(1, asked.size()), 1);
  }

  /** Another skin. */
  private Portrait swapped(Portrait portrait) {
    int[] values = portrait.values();
    values[skin] = (values[skin] + 1) % design.attributes().get(skin).values().size();
    return Portrait.of(design, values);
  }

  @Test
  void whoDrawsTheTruthHasEverything() {
    TestingDrawer truth = new TestingDrawer(UnaryOperator.identity());
    List<Example> full = asked(Caption.FULL);
    List<byte[]> drawn = drawn(truth, full);
    assertThat(Fidelity.pixels(Captioned.pictures(full), drawn).value()).isEqualTo(1);
    assertThat(Fidelity.exact(Captioned.pictures(full), drawn).value()).isEqualTo(1);
    for (Caption caption : List.of(Caption.FULL, Caption.PARTIAL)) {
      List<Example> asked = asked(caption);
      int[][] read = truth.recognise(drawn(truth, asked));
      assertThat(Fidelity.attributes(asked, read).value()).isEqualTo(1);
    }
    List<byte[]> anything = drawn(truth, asked(Caption.EMPTY));
    assertThat(new Fidelity(design).legal(anything, truth.recognise(anything)).value())
        .isEqualTo(1);
  }

  @Test
  void whoSwapsOneAttributeLosesItInEveryPicture() {
    TestingDrawer swapping = new TestingDrawer(this::swapped);
    List<Example> full = asked(Caption.FULL);
    List<byte[]> drawn = drawn(swapping, full);
    assertThat(Fidelity.exact(Captioned.pictures(full), drawn).value()).isZero();
    assertThat(Fidelity.pixels(Captioned.pictures(full), drawn).value()).isBetween(0.5, 0.9);
    int[][] read = swapping.recognise(drawn);
    assertThat(Fidelity.attributes(full, read).value()).isEqualTo(16 / 17.0, within(1e-12));
    assertThat(new Fidelity(design).legal(drawn, read).value()).isEqualTo(1); // of another skin

    List<Example> partial = asked(Caption.PARTIAL);
    long said = 0;
    long skins = 0;
    for (Example example : partial) {
      said += Arrays.stream(example.said()).filter(v -> v != CaptionReading.UNSAID).count();
      skins += example.said()[skin] != CaptionReading.UNSAID ? 1 : 0;
    }
    assertThat(skins).isBetween(30L, 70L);
    int[][] readOfPartial = swapping.recognise(drawn(swapping, partial));
    assertThat(Fidelity.attributes(partial, readOfPartial).value())
        .isEqualTo((double) (said - skins) / said, within(1e-12));
  }

  @Test
  void aPictureIsLegalIfWhatIsRecognisedGivesAllItsPixels() {
    TestingDrawer truth = new TestingDrawer(UnaryOperator.identity());
    List<byte[]> drawn = drawn(truth, asked(Caption.FULL));
    int[][] read = truth.recognise(drawn);
    drawn.get(3)[255] ^= 1; // one pixel of one picture
    read[5][skin] = (read[5][skin] + 1) % 5; // one value of another
    read[7][design.attribute("hat")] = 0;
    read[7][design.attribute("hatColor")] = 1; // no portrait
    assertThat(new Fidelity(design).legal(drawn, read).value())
        .isEqualTo((PICTURES - 3) / (double) PICTURES, within(1e-12));
    assertThat(Fidelity.exact(Captioned.pictures(asked(Caption.FULL)), drawn).value())
        .isEqualTo((PICTURES - 1) / (double) PICTURES, within(1e-12));
    assertThat(Fidelity.pixels(Captioned.pictures(asked(Caption.FULL)), drawn).value())
        .isEqualTo(1 - 1 / (256.0 * PICTURES), within(1e-12));
  }

  @Test
  void halfOfPortraitsIsSaidByHalfCaptionsAndTheSamePortraitsComeFirst() {
    List<Example> partial = asked(Caption.PARTIAL);
    assertThat(Captioned.portraits(design, Use.TEST_PICTURES, 3, Caption.FULL))
        .extracting(Example::portrait)
        .isEqualTo(partial.subList(0, 3).stream().map(Example::portrait).toList());
    double said =
        partial.stream()
            .flatMapToInt(example -> Arrays.stream(example.said()))
            .filter(value -> value != CaptionReading.UNSAID)
            .count();
    assertThat(said / (17 * PICTURES)).isBetween(0.45, 0.65); // absence is said with its colour
    assertThat(asked(Caption.EMPTY))
        .allMatch(example ->
            Arrays.stream(example.said()).allMatch(value -> value == CaptionReading.UNSAID));
  }
}
