package dev.weir.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.weir.text.Checkpoint;
import dev.weir.text.Checkpoints;
import dev.weir.text.TensorType;
import dev.weir.torch.Fixtures;
import dev.weir.torch.Greedy;
import dev.weir.torch.SequenceScorer;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The kernels in float32 against transformers, on small checkpoints of every family they know. */
class KernelFixturesTest {
  static Stream<Arguments> checkpoints() {
    return Fixtures.CHECKPOINTS.stream()
        .filter(name -> !name.equals("gpt2"))
        .flatMap(name -> TestingKernels.variants().map(variant -> Arguments.of(name, variant)));
  }

  @ParameterizedTest
  @MethodSource("checkpoints")
  void logitsAreThoseOfTheReference(String name, Variant variant) {
    try (KernelLanguageModel model = open(name, TestingKernels.F32, variant)) {
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
  void greedyTokensAreThoseOfTheReferenceAloneAndTogether(String name, Variant variant) {
    List<Fixtures.Case> cases = Fixtures.cases(name);
    List<int[]> prompts = cases.stream().map(Fixtures.Case::prompt).toList();
    try (KernelLanguageModel model = open(name, TestingKernels.F32, variant)) {
      for (Fixtures.Case expected : cases) {
        assertThat(Greedy.one(model, 3, expected.prompt(), 24)).containsExactly(expected.greedy());
      }
      for (int[] slots : List.of(new int[] {0, 1, 2, 3}, new int[] {6, 0, 7, 4})) {
        List<int[]> together = Greedy.batch(model, slots, prompts, 24);
        for (int i = 0; i < cases.size(); i++) {
          assertThat(together.get(i)).containsExactly(cases.get(i).greedy());
        }
      }
    }
  }

  /**
   * Weights of 0.12 and logits of about 3: a group of 32 rounds to 1 / 254 of its largest element,
   * on both sides; bfloat16 to 1 / 256 of each weight.
   */
  @ParameterizedTest
  @MethodSource("checkpoints")
  void lowerPrecisionsStayClose(String name, Variant variant) {
    for (KernelPrecision precision : List.of(KernelPrecision.GROUPS, KernelPrecision.BF16)) {
      KernelOptions options = TestingKernels.F32.withPrecision(precision);
      try (KernelLanguageModel model = open(name, options, variant)) {
        for (Fixtures.Case expected : Fixtures.cases(name)) {
          SequenceScorer.Scores scores = SequenceScorer.score(model, expected.prompt());
          List<Double> logits = Fixtures.doubles(expected.json().get("logits_last"));
          double error = 0;
          for (int i = 0; i < logits.size(); i++) {
            error += Math.pow(scores.lastLogits()[i] - logits.get(i), 2) / logits.size();
          }
          assertThat(Math.sqrt(error)).isBetween(1e-6, 0.1);
        }
      }
    }
  }

  /**
   * The file's own blocks against float32 on the same rounded weights, where activations alone lose
   * something: within what {@link #lowerPrecisionsStayClose} allows for both sides. What rounding
   * the weights costs is the file's doing, not the kernels'.
   */
  @ParameterizedTest
  @MethodSource("checkpoints")
  void theBlocksOfAFileAreComputedAsTheyAreStored(String name, Variant variant) {
    for (TensorType type : List.of(TensorType.Q8_0, TensorType.Q4_1, TensorType.Q4_0)) {
      try (Checkpoint file = checkpoint(name);
          KernelLanguageModel exact = open(file, type, KernelPrecision.F32, variant);
          KernelLanguageModel model = open(file, type, KernelPrecision.GROUPS, variant)) {
        for (Fixtures.Case expected : Fixtures.cases(name)) {
          float[] found = SequenceScorer.score(model, expected.prompt()).lastLogits();
          float[] rounded = SequenceScorer.score(exact, expected.prompt()).lastLogits();
          double error = 0;
          for (int i = 0; i < found.length; i++) {
            error += Math.pow(found[i] - rounded[i], 2) / found.length;
          }
          assertThat(Math.sqrt(error)).as("%s", type).isBetween(1e-6, 0.1);
        }
      }
    }
  }

  private static Checkpoint checkpoint(String name) {
    return Checkpoints.open(Fixtures.path("text/" + name), "config.json");
  }

  private static KernelLanguageModel open(
      Checkpoint file, TensorType type, KernelPrecision precision, Variant variant) {
    Checkpoint stored =
        new Checkpoint(
            file.name(),
            file.config(),
            new StoredTensors(file.tensors(), type),
            null,
            null,
            file.specialTokens(),
            file.endOfSequence(),
            file.digest());
    return TestingKernels.load(stored, TestingKernels.F32.withPrecision(precision), variant);
  }

  private static KernelLanguageModel open(String name, KernelOptions options, Variant variant) {
    try (Checkpoint checkpoint = checkpoint(name)) {
      return TestingKernels.load(checkpoint, options, variant);
    }
  }
}
