package dev.weir.bench.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

final class ServePromptsTest {
  private static final TestingWords WORDS = new TestingWords(2_000);

  @Test
  void promptsHaveOneLengthAndDifferFromTheirFirstTokenOn() {
    List<String> prompts = new ServePrompts(WORDS, 80, 1).range(0, 500);

    assertThat(prompts).allMatch(prompt -> WORDS.encode(prompt, true).length == 80);
    assertThat(prompts.stream().map(prompt -> WORDS.encode(prompt, false)[0]))
        .doesNotHaveDuplicates();
  }

  @Test
  void promptsOfANumberStayTheSameInARunAndAreOthersInTheNext() {
    ServePrompts prompts = new ServePrompts(WORDS, 80, 1);
    List<String> later = prompts.range(10, 5);
    assertThat(prompts.range(8, 4).subList(2, 4)).isEqualTo(later.subList(0, 2));
    assertThat(new ServePrompts(WORDS, 80, 2).range(10, 5)).doesNotContainAnyElementsOf(later);
  }

  @Test
  void aVocabularyWithTooFewWordsIsRefused() {
    assertThatThrownBy(() -> new ServePrompts(new TestingWords(40), 80, 1).range(0, 21))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("20 words");
  }
}
