package dev.weir.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.weir.text.Checkpoint;
import dev.weir.text.Checkpoints;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The float32 program against transformers, on small checkpoints of every family. */
class CheckpointFixturesTest {
  private static final TorchOptions OPTIONS = TestingConfigs.OPTIONS.withSlots(8);

  static Stream<Arguments> checkpoints() {
    return Fixtures.CHECKPOINTS.stream()
        .flatMap(
            name -> Stream.of("config.json", "config.v4.json").map(c -> Arguments.of(name, c)));
  }

  @ParameterizedTest
  @MethodSource("checkpoints")
  void logitsAreThoseOfTheReference(String name, String config) {
    try (TorchLanguageModel model = open(name, config)) {
      for (Fixtures.Case expected : Fixtures.cases(name)) {
        SequenceScorer.Scores scores = SequenceScorer.score(model, expected.prompt());
        List<Double> logits = Fixtures.doubles(expected.json().get("logits_last"));
        for (int i = 0; i < logits.size(); i++) {
          assertThat((double) scores.lastLogits()[i]).isCloseTo(logits.get(i), within(1e-3));
        }
        assertThat(scores.argMax())
            .containsExactly(Fixtures.ints(expected.json().get("argmax_every_position")));
        List<Double> sums = Fixtures.doubles(expected.json().get("logsumexp_every_position"));
        for (int i = 0; i < sums.size(); i++) {
          assertThat(scores.logSumExp()[i]).isCloseTo(sums.get(i), within(1e-3));
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("checkpoints")
  void greedyTokensAreThoseOfTheReferenceAloneAndTogether(String name, String config) {
    List<Fixtures.Case> cases = Fixtures.cases(name);
    List<int[]> prompts = cases.stream().map(Fixtures.Case::prompt).toList();
    try (TorchLanguageModel model = open(name, config)) {
      for (Fixtures.Case expected : cases) {
        assertThat(Greedy.one(model, 3, expected.prompt(), 24)).containsExactly(expected.greedy());
      }
      // Side by side in the cache, and apart.
      for (int[] slots : List.of(new int[] {0, 1, 2, 3}, new int[] {6, 0, 7, 4})) {
        List<int[]> together = Greedy.batch(model, slots, prompts, 24);
        for (int i = 0; i < cases.size(); i++) {
          assertThat(together.get(i)).containsExactly(cases.get(i).greedy());
        }
      }
    }
  }

  private static TorchLanguageModel open(String name, String config) {
    try (Checkpoint checkpoint = Checkpoints.open(Fixtures.path("text/" + name), config)) {
      return TorchLanguageModel.load(checkpoint, OPTIONS);
    }
  }
}
