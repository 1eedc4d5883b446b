package dev.weir.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

final class NgramIndexTest {
  @Provide
  Arbitrary<int[]> texts() {
    return Arbitraries.integers().between(0, 3).array(int[].class).ofMinSize(1).ofMaxSize(300);
  }

  /** Collisions may hide a place, but what is found are the same three tokens, before. */
  @Property
  void whatIsFoundIsAnEarlierPlaceBehindTheSameThreeTokens(@ForAll("texts") int[] text) {
    NgramIndex index = new NgramIndex();
    for (int length = 1; length <= text.length; length++) {
      int place = index.find(text, length);
      assertThat(index.find(text, length)).as("asked again").isEqualTo(place);
      if (place != NgramIndex.NOWHERE) {
        assertThat(place).isBetween(3, length - 1);
        assertThat(Arrays.copyOfRange(text, place - 3, place))
            .isEqualTo(Arrays.copyOfRange(text, length - 3, length));
      }
    }
  }

  @Test
  void theLastPlaceIsFoundAndWhatFollowsGoesRound() {
    int[] text = {7, 8, 9, 1, 7, 8, 9, 2, 7, 8, 9};
    NgramIndex index = new NgramIndex();
    int place = index.find(text, text.length);
    assertThat(place).isEqualTo(7);
    assertThat(NgramIndex.guess(text, text.length, place, 6)).containsExactly(2, 7, 8, 9, 2, 7);
  }

  @Test
  void whatLiesInALongTextIsFoundAsItGrows() {
    int[] text = new int[10_000];
    for (int i = 0; i < text.length; i++) {
      text[i] = i % 5_000;
    }
    NgramIndex index = new NgramIndex();
    index.find(text, 5_000);
    int found = 0;
    for (int length = 5_003; length <= text.length; length++) {
      found += index.find(text, length) == length - 5_000 ? 1 : 0;
    }
    assertThat(found)
        .isGreaterThan(3_000); // a place in four is taken by a later one: e^(-5,000/16,384)
  }
}
