package dev.weir.bench.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.weir.bench.serve.CompletionClient.Answer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

final class LoadRoundsTest {
  private static LoadOutcome round(double seconds, double... firstTokenMs) {
    List<Answer> answers =
        Arrays.stream(firstTokenMs)
            .mapToObj(ms -> new Answer(80, 0, 10, ms, List.of(ms / 10)))
            .toList();
    return new LoadOutcome(answers, 0, "", seconds, seconds / 10);
  }

  @Test
  void everyFigureIsTheMedianOfItsRounds() {
    LoadRounds rounds =
        new LoadRounds(List.of(round(1, 30, 40), round(2, 10, 20), round(100, 900, 1_000)));

    assertThat(rounds.tokensPerSecond()).isEqualTo(10);
    assertThat(rounds.firstToken(50)).isEqualTo(30);
    assertThat(rounds.firstToken(99)).isEqualTo(40);
    assertThat(rounds.betweenTokens(50)).isEqualTo(3);
    assertThat(rounds.clientShare(2)).isCloseTo(0.05, within(1e-9));
  }

  @Test
  void aRoundWithoutAnswersHasNoTimes() {
    LoadOutcome failed = new LoadOutcome(List.of(), 3, "out of memory", 1, 0);
    LoadRounds rounds = new LoadRounds(List.of(failed, round(1, 30)));

    assertThat(rounds.firstToken(50)).isEqualTo(30);
    assertThat(rounds.errors()).isEqualTo(3);
    assertThat(rounds.error()).isEqualTo("out of memory");
    assertThat(new LoadRounds(List.of(failed)).firstToken(50)).isNaN();
  }
}
