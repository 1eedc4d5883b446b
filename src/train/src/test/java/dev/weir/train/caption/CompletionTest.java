package dev.weir.train.caption;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.image.portrait.CaptionReader;
import dev.weir.image.portrait.PortraitWords;
import dev.weir.train.portrait.PortraitSplit.Use;
import org.junit.jupiter.api.Test;

final class CompletionTest {
  private final CaptionReader reader = new CaptionReader(PortraitWords.builtIn());

  private boolean good(String given, String added) {
    return new Completion(given, added, true).good(reader);
  }

  @Test
  void whatACaptionGoesOnWithIsGoodWhereverItIsCut() {
    PortraitCaptions captions = new PortraitCaptions(Use.TRAINING, 4);
    for (int i = 0; i < 300; i++) {
      String caption = captions.at(i);
      for (int cut = 0; cut <= caption.length(); cut++) {
        assertThat(good(caption.substring(0, cut), caption.substring(cut))).as(caption).isTrue();
      }
    }
  }

  @Test
  void whatMeansNothingOrNeverEndsIsNot() {
    assertThat(good("a person with red cur", "ly hair and no hat")).isTrue();
    assertThat(good("a person with red cur", "d hair and no hat")).isFalse();
    assertThat(good("a person with red ", "purple hair")).isFalse();
    assertThat(new Completion("a person with red", " hair", false).good(reader)).isFalse();
  }

  @Test
  void whatContradictsTheHalfIsNot() {
    assertThat(good("a person with blond hair, ", "brown wide eyes")).isTrue();
    assertThat(good("a person with blond hair, ", "black hair")).isFalse();
    assertThat(good("a person with blond hair, no hat, ", "red peaked hat")).isFalse();
    assertThat(good("portrait with no hat, blond", " hair, no glasses, black clear large glasses"))
        .isFalse();
  }
}
