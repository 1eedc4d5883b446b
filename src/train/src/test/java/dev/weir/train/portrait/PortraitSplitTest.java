package dev.weir.train.portrait;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.image.portrait.Portrait;
import dev.weir.image.portrait.PortraitDesign;
import dev.weir.image.portrait.PortraitPainter;
import dev.weir.train.portrait.PortraitSplit.Use;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What is kept back is unseen by its pixels, not only by its values. */
final class PortraitSplitTest {
  private static final int TRAINED = 20_000;
  private static final int HELD_OUT = 2_000;
  private final PortraitDesign design = PortraitDesign.builtIn();
  private final PortraitSplit split = new PortraitSplit(design);
  private final PortraitPainter painter = new PortraitPainter(design);

  private TrainingPortraits portraits(Use use) {
    return new TrainingPortraits(design, use, 1, 32);
  }

  @Test
  void noPictureThatIsLearnedFromEqualsOneThatIsKeptBack() {
    Map<ByteBuffer, Use> keptBack = new HashMap<>();
    for (Use use : new Use[] {Use.VALIDATION, Use.TEST_PICTURES, Use.TEST_PAIRS}) {
      TrainingPortraits portraits = portraits(use);
      for (int n = 0; n < HELD_OUT; n++) {
        keptBack.put(ByteBuffer.wrap(portraits.example(n).picture()), use);
      }
    }
    Set<Portrait> learned = new HashSet<>();
    TrainingPortraits training = portraits(Use.TRAINING);
    for (int n = 0; n < TRAINED; n++) {
      TrainingPortraits.Example example = training.example(n);
      byte[] picture = painter.draw(example.portrait());
      assertThat(example.picture()).isEqualTo(picture);
      assertThat(keptBack.get(ByteBuffer.wrap(picture))).as("%s", example).isNull();
      learned.add(example.portrait());
    }
    assertThat(learned).hasSizeGreaterThan(TRAINED * 99 / 100);
  }

  /** Chance brings twins together seldom, so they are made: all values of one attribute. */
  @Test
  void noTwinOfAPictureThatIsKeptBackIsLearnedFrom() {
    int twins = 0;
    for (Use use : new Use[] {Use.VALIDATION, Use.TEST_PICTURES, Use.TEST_PAIRS}) {
      TrainingPortraits portraits = portraits(use);
      for (int n = 0; n < HELD_OUT / 4; n++) {
        TrainingPortraits.Example example = portraits.example(n);
        for (String part : new String[] {"hair", "hairColor", "clothing", "eyes", "eyesColor"}) {
          int attribute = design.attribute(part);
          for (int v = 0; v < design.attributes().get(attribute).values().size(); v++) {
            Portrait other = with(example.portrait(), attribute, v);
            if (v != example.portrait().value(attribute)
                && ByteBuffer.wrap(painter.draw(other))
                    .equals(ByteBuffer.wrap(example.picture()))) {
              twins++;
              assertThat(split.picture(other, Use.TRAINING)).as("%s", other).isEmpty();
            }
          }
        }
      }
    }
    assertThat(twins).isGreaterThan(100);
  }

  /** A hat hides some hair; there are pairs of which nothing is to be seen then. */
  @Test
  void aPairIsTestedOnlyWhereOtherHairOrAnotherTopWouldBeSeen() {
    TrainingPortraits portraits = portraits(Use.TEST_PAIRS);
    for (int n = 0; n < HELD_OUT; n++) {
      Portrait portrait = portraits.example(n).portrait();
      byte[] picture = portraits.example(n).picture();
      boolean shown =
          isUnseenAndShown("hair", portrait, picture)
              || isUnseenAndShown("clothing", portrait, picture);
      assertThat(shown).as("%s", portrait).isTrue();
    }
  }

  /** No other value of the part in this colour, if it is learned from, gives the same picture. */
  private boolean isUnseenAndShown(String part, Portrait portrait, byte[] picture) {
    int attribute = design.attribute(part);
    int colour = design.attribute(part + "Color");
    return !isLearnedFrom(attribute, colour, portrait)
        && IntStream.range(0, design.attributes().get(attribute).values().size())
            .mapToObj(v -> with(portrait, attribute, v))
            .filter(other -> isLearnedFrom(attribute, colour, other))
            .noneMatch(
                other -> ByteBuffer.wrap(painter.draw(other)).equals(ByteBuffer.wrap(picture)));
  }

  private final Set<Integer> learnedPairs = new HashSet<>();

  /** Whether the pair is among those of many training examples. */
  private boolean isLearnedFrom(int attribute, int colour, Portrait portrait) {
    if (learnedPairs.isEmpty()) {
      TrainingPortraits training = portraits(Use.TRAINING);
      for (int n = 0; n < TRAINED; n++) {
        Portrait learned = training.example(n).portrait();
        for (String part : new String[] {"hair", "clothing"}) {
          learnedPairs.add(pair(design.attribute(part), design.attribute(part + "Color"), learned));
        }
      }
    }
    return learnedPairs.contains(pair(attribute, colour, portrait));
  }

  private static int pair(int attribute, int colour, Portrait portrait) {
    return 10_000 * attribute + 100 * portrait.value(attribute) + portrait.value(colour);
  }

  private Portrait with(Portrait portrait, int attribute, int value) {
    int[] values = portrait.values();
    values[attribute] = value;
    return Portrait.of(design, values);
  }
}
