package dev.weir.train.caption;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

final class BytePairsTest {
  private static final int BYTES = 257; // and the end of a text

  private static List<String> merged(BytePairs pairs) {
    return pairs.tokens().subList(BYTES, pairs.tokens().size());
  }

  private static List<String> encoded(BytePairs pairs, String text) {
    return Arrays.stream(new BytePairs.Encoder(pairs).encode(text))
        .mapToObj(pairs.tokens()::get)
        .toList();
  }

  /** The example of Gage, "A new algorithm for data compression" (1994), as Wikipedia works it. */
  @Test
  void theMostFrequentPairIsMergedFirst() {
    BytePairs pairs = BytePairs.learn(List.of("aaabdaaabac"), BYTES + 3);
    assertThat(merged(pairs)).containsExactly("aa", "ab", "aaab");
    assertThat(encoded(pairs, "aaabdaaabac")).containsExactly("aaab", "d", "aaab", "a", "c");
    assertThat(encoded(pairs, "aaaab")).containsExactly("aa", "aa", "b");
  }

  @Test
  void whatIsThereOnceIsNotMerged() {
    assertThat(merged(BytePairs.learn(List.of("hat"), 1000))).isEmpty();
    assertThat(merged(BytePairs.learn(List.of("hat", "hat"), 1000))).containsExactly("at", "hat");
    assertThat(merged(BytePairs.learn(List.of("hat", "hat"), BYTES + 1))).containsExactly("at");
  }

  @Test
  void noPairReachesAcrossWords() {
    BytePairs pairs = BytePairs.learn(List.of("red hat, red hat, red hat"), 1000);
    assertThat(merged(pairs)).contains("red", "Ġhat", "Ġred").noneMatch(t -> t.contains("d" + "Ġ"));
    assertThat(encoded(pairs, "red hat, red")).containsExactly("red", "Ġhat", ",", "Ġred");
    assertThat(BytePairs.words("two-bun hair; 12 no's  end "))
        .containsExactly("two", "-", "bun", " hair", ";", " 12", " no", "'s", " ", " end", " ");
  }

  @Test
  void twoPairsMayMakeOneToken() {
    List<String> texts = new ArrayList<>();
    texts.addAll(List.of("abc", "abc", "abc", "bcd", "bcd", "bcd", "bcd", "abd", "abd"));
    BytePairs pairs = BytePairs.learn(texts, 1000);
    assertThat(pairs.tokens()).doesNotHaveDuplicates();
    for (String text : texts) {
      assertThat(String.join("", encoded(pairs, text))).isEqualTo(text);
    }
  }
}
