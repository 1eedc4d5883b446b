package dev.weir.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weir.engine.LogitsQuery;
import dev.weir.engine.SequenceSlice;
import dev.weir.engine.StepOutput;
import dev.weir.text.Checkpoint;
import dev.weir.text.CheckpointException;
import dev.weir.text.Checkpoints;
import dev.weir.text.lora.LoraAdapter;
import dev.weir.text.lora.Projection;
import dev.weir.text.lora.TestingAdapter;
import dev.weir.torch.Fixtures;
import dev.weir.torch.TestingConfigs;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Adapters that PEFT made, and what it computes with them on transformers' model. */
class KernelAdapterTest {
  private static final List<String> NAMES = List.of("all", "stabilised");

  @TempDir Path folder = Path.of("");

  static Stream<Arguments> adapters() {
    return NAMES.stream()
        .flatMap(name -> TestingKernels.variants().map(variant -> Arguments.of(name, variant)));
  }

  private static List<JsonNode> cases(String name) {
    List<JsonNode> cases = new ArrayList<>();
    Fixtures.json("text/llama-adapters/" + name + "/expected.json")
        .get("cases")
        .forEach(cases::add);
    return cases;
  }

  private static KernelLanguageModel open(KernelPrecision precision, Variant variant) {
    try (Checkpoint checkpoint = Checkpoints.open(Fixtures.path("text/llama"))) {
      List<LoraAdapter> adapters =
          NAMES.stream()
              .map(name -> Fixtures.path("text/llama-adapters/" + name))
              .map(path -> LoraAdapter.open(path, checkpoint.config()))
              .toList();
      KernelOptions options = TestingKernels.F32.withPrecision(precision);
      KernelLanguageModel model = TestingKernels.load(checkpoint, options, adapters, variant);
      adapters.forEach(LoraAdapter::close);
      return model;
    }
  }

  private static float[][] rows(KernelLanguageModel model, int start, int[] tokens, int adapter) {
    List<LogitsQuery> queries = Collections.nCopies(tokens.length, LogitsQuery.WHOLE);
    StepOutput output =
        model.step(
            List.of(new SequenceSlice(start, tokens, TestingConfigs.blocks(2), queries, adapter)));
    float[][] rows = new float[tokens.length][model.limits().vocabulary()];
    for (int i = 0; i < rows.length; i++) {
      output.logits(i, rows[i]);
    }
    return rows;
  }

  private static int argMax(float[] row) {
    int best = 0;
    for (int i = 1; i < row.length; i++) {
      best = row[i] > row[best] ? i : best;
    }
    return best;
  }

  @ParameterizedTest
  @MethodSource("adapters")
  void logitsAndGreedyTokensAreThoseOfPeft(String name, Variant variant) {
    int adapter = 1 + NAMES.indexOf(name);
    try (KernelLanguageModel model = open(KernelPrecision.F32, variant)) {
      for (JsonNode expected : cases(name)) {
        int[] prompt = Fixtures.ints(expected.get("prompt"));
        float[][] rows = rows(model, 0, prompt, adapter);
        List<Double> logits = Fixtures.doubles(expected.get("logits_last"));
        for (int i = 0; i < logits.size(); i++) {
          assertThat((double) rows[prompt.length - 1][i]).isCloseTo(logits.get(i), within(1e-3));
        }
        assertThat(Arrays.stream(rows).mapToInt(KernelAdapterTest::argMax))
            .containsExactly(
                Arrays.stream(Fixtures.ints(expected.get("argmax_every_position")))
                    .boxed()
                    .toArray(Integer[]::new));
        int[] greedy = Fixtures.ints(expected.get("greedy_24"));
        int last = argMax(rows[prompt.length - 1]);
        for (int i = 0; i < greedy.length; i++) {
          assertThat(last).isEqualTo(greedy[i]);
          last = argMax(rows(model, prompt.length + i, new int[] {last}, adapter)[0]);
        }
      }
    }
  }

  /** The bound of KernelFixturesTest for the model itself: the adapter's own products are exact. */
  @ParameterizedTest
  @MethodSource("adapters")
  void lowerPrecisionsStayClose(String name, Variant variant) {
    for (KernelPrecision precision : List.of(KernelPrecision.GROUPS, KernelPrecision.BF16)) {
      try (KernelLanguageModel model = open(precision, variant)) {
        for (JsonNode expected : cases(name)) {
          int[] prompt = Fixtures.ints(expected.get("prompt"));
          float[] last = rows(model, 0, prompt, 1 + NAMES.indexOf(name))[prompt.length - 1];
          List<Double> logits = Fixtures.doubles(expected.get("logits_last"));
          double error = 0;
          for (int i = 0; i < logits.size(); i++) {
            error += Math.pow(last[i] - logits.get(i), 2) / logits.size();
          }
          assertThat(Math.sqrt(error)).isBetween(1e-6, 0.1);
        }
      }
    }
  }

  @Test
  void aSliceOfAnAdapterThatIsNotThereNeverReachesTheKernels() {
    TestingKernels.get();
    try (KernelLanguageModel model = open(KernelPrecision.F32, Variant.PORTABLE)) {
      assertThat(model.limits().adapters()).isEqualTo(2);
      for (int adapter : new int[] {-1, 3}) {
        assertThatThrownBy(() -> rows(model, 0, new int[] {1}, adapter))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessage("adapter %d is not allowed".formatted(adapter));
      }
    }
  }

  @Test
  void aValueThatIsNotFiniteIsRefusedAtLoad() throws IOException {
    TestingKernels.get();
    try (Checkpoint checkpoint = Checkpoints.open(Fixtures.path("text/llama"))) {
      TestingAdapter written =
          TestingAdapter.random(checkpoint.config(), 1, 4, List.of(Projection.UP));
      written.values(1, Projection.UP, "A")[3] = Float.NaN;
      try (LoraAdapter adapter = LoraAdapter.open(written.write(folder), checkpoint.config())) {
        assertThatThrownBy(
                () -> KernelLanguageModel.load(checkpoint, TestingKernels.F32, List.of(adapter)))
            .isInstanceOf(CheckpointException.class)
            .hasMessageContaining(TestingAdapter.name(1, Projection.UP, "A"));
      }
    }
  }
}
