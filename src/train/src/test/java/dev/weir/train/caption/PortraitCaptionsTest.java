package dev.weir.train.caption;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.image.portrait.CaptionReader;
import dev.weir.image.portrait.CaptionReading;
import dev.weir.image.portrait.PortraitDesign;
import dev.weir.image.portrait.PortraitWords;
import dev.weir.train.portrait.PortraitSplit.Use;
import dev.weir.train.portrait.TrainingPortraits;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class PortraitCaptionsTest {
  private static final int DRAWS = 3_000;

  /** So what is kept back of portraits is kept back of captions. */
  @ParameterizedTest
  @EnumSource(
      value = Use.class,
      names = {"TRAINING", "TEST_PICTURES"})
  void captionsSayWhatIsSaidOfPortraitsOfTheirUse(Use use) {
    PortraitCaptions captions = new PortraitCaptions(use, 9);
    TrainingPortraits portraits = new TrainingPortraits(PortraitDesign.builtIn(), use, 9, 1);
    CaptionReader reader = new CaptionReader(PortraitWords.builtIn());
    for (int i = 0; i < DRAWS; i++) {
      String caption = captions.at(i);
      assertThat(reader.read(caption))
          .as(caption)
          .isEqualTo(
              new CaptionReading(portraits.example(i).said(), Set.of(), List.of(), List.of()));
      assertThat(caption).isNotEmpty();
    }
  }

  @Test
  void peopleBeginInManyWays() {
    PortraitCaptions captions = new PortraitCaptions(Use.TRAINING, 2);
    Map<String, Integer> beginnings = new TreeMap<>();
    IntStream.range(0, DRAWS)
        .forEach(i ->
            beginnings.merge(captions.at(i).split(" with | who |,|\\.", 2)[0], 1, Integer::sum));
    assertThat(beginnings)
        .containsKeys(
            "portrait",
            "A portrait of a person",
            "a portrait of a person",
            "a picture of a person",
            "a woman",
            "A man",
            "Someone",
            "Pixel art of someone",
            "A pixel art portrait of a person");
    assertThat(Objects.requireNonNull(beginnings.get("a person")))
        .isBetween(DRAWS / 12, DRAWS / 6); // a half of a fourth
  }
}
