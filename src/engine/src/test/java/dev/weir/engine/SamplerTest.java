package dev.weir.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weir.engine.TokenSpan.TokenLogprob;
import dev.weir.engine.TokenSpan.TopLogprob;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SamplerTest {
  private static final int[] NONE = {};

  /** Distributions that transformers computed after each of its transforms, and after all. */
  @TestFactory
  List<DynamicTest> everyDistributionOfTheReferenceIsMatched() throws IOException {
    JsonNode fixture =
        new ObjectMapper()
            .readTree(
                Path.of(
                        Objects.requireNonNull(System.getProperty("weir.fixtures")),
                        "text",
                        "sampling.json")
                    .toFile());
    Sampler sampler = new Sampler(fixture.get("vocabulary").asInt());
    List<DynamicTest> tests = new ArrayList<>();
    for (JsonNode c : fixture.get("cases")) {
      int index = c.get("logits_index").asInt();
      float[] logits = floats(fixture.get("logits").get(index));
      int[] history = ints(fixture.get("history").get(index));
      String name = c.get("name").asText() + " " + c.get("params") + " row " + index;
      tests.add(
          DynamicTest.dynamicTest(
              name,
              () -> {
                double[] actual =
                    sampler.distribution(logits, parameters(c.get("params")), NONE, history);
                JsonNode expected = c.get("probabilities");
                assertThat(actual).hasSize(expected.size());
                for (int id = 0; id < actual.length; id++) {
                  double p = expected.get(id).asDouble();
                  assertThat(actual[id])
                      .as("token %d", id)
                      .isCloseTo(p, within(Math.max(1e-6, 1e-5 * p)));
                }
              }));
    }
    assertThat(tests).hasSize(69);
    return tests;
  }

  private static SamplingParameters parameters(JsonNode params) {
    SamplingParameters.Builder builder = SamplingParameters.builder(100);
    for (Map.Entry<String, JsonNode> field : params.properties()) {
      double value = field.getValue().asDouble();
      switch (field.getKey()) {
        case "temperature" -> builder.temperature(value);
        case "top_k" -> builder.topK((int) value);
        case "top_p" -> builder.topP(value);
        case "min_p" -> builder.minP(value);
        case "typical_p" -> builder.typicalP(value);
        case "repetition_penalty" -> builder.repetitionPenalty(value);
        case "frequency_penalty" -> builder.frequencyPenalty(value);
        case "presence_penalty" -> builder.presencePenalty(value);
        case "logit_bias" -> {
          Map<Integer, Double> bias = new HashMap<>();
          field
              .getValue()
              .properties()
              .forEach(b -> bias.put(Integer.valueOf(b.getKey()), b.getValue().asDouble()));
          builder.logitBias(bias);
        }
        default -> throw new AssertionError("a parameter we do not know: " + field.getKey());
      }
    }
    return builder.build();
  }

  @Test
  void onlyTheRepetitionPenaltySeesThePrompt() {
    Sampler sampler = new Sampler(3);
    float[] logits = {1, 1, 1};
    SamplingParameters additive =
        SamplingParameters.builder(9).frequencyPenalty(1).presencePenalty(1).build();
    double[] even = {1 / 3.0, 1 / 3.0, 1 / 3.0};
    assertThat(sampler.distribution(logits, additive, new int[] {0, 0}, NONE))
        .containsExactly(even, within(1e-15));
    SamplingParameters repetition = SamplingParameters.builder(9).repetitionPenalty(2).build();
    double[] promptSeen = sampler.distribution(logits, repetition, new int[] {0, 0}, NONE);
    assertThat(promptSeen[0] / promptSeen[1]).isCloseTo(Math.exp(-0.5), within(1e-12));
  }

  @Test
  void stopTokensCannotBeDrawnBeforeTheLeastNumberOfTokens() {
    Sampler sampler = new Sampler(3);
    float[] logits = {0, 9, 1};
    SamplingParameters parameters =
        SamplingParameters.builder(9).temperature(0).stopTokens(Set.of(1)).minTokens(2).build();
    int[] tokens = {0, 2, 2};
    assertThat(sample(sampler, logits, parameters, tokens, 1, 2, 7)).isEqualTo(2);
    assertThat(sample(sampler, logits, parameters, tokens, 1, 3, 7)).isEqualTo(1);
  }

  @Test
  void greedyTakesTheLowestIdOfEqualLogits() {
    SamplingParameters greedy = SamplingParameters.builder(1).temperature(0).build();
    float[] logits = {1, 5, 5, 5};
    assertThat(sample(new Sampler(4), logits, greedy, new int[1], 1, 1, 0)).isEqualTo(1);
  }

  @Test
  void noTemperatureIsTooSmallToDrawWith() {
    SamplingParameters cold =
        SamplingParameters.builder(1).temperature(Double.MIN_VALUE).topP(0.5).topK(2).build();
    assertThat(new Sampler(4).distribution(new float[] {-3, 5, 2, 4.9f}, cold, NONE, NONE))
        .containsExactly(0, 1, 0, 0);
  }

  @Test
  void aDrawDependsOnSeedAndPositionOnly() {
    Sampler sampler = new Sampler(64);
    float[] logits = new float[64];
    SamplingParameters plain = SamplingParameters.builder(99).build();
    int[] tokens = new int[50];
    List<Integer> inOrder = new ArrayList<>();
    for (int length = 1; length < 50; length++) {
      inOrder.add(sample(sampler, logits, plain, tokens, 1, length, 42));
    }
    for (int length = 49; length >= 1; length--) {
      assertThat(sample(sampler, logits, plain, tokens, 1, length, 42))
          .isEqualTo(inOrder.get(length - 1));
    }
    assertThat(Set.copyOf(inOrder)).hasSizeGreaterThan(20);
  }

  /**
   * Pearson's test, along the positions of one seed and along the seeds at one position. Of a large
   * vocabulary most draws are of tokens that are no candidates.
   */
  @ParameterizedTest
  @CsvSource({"48, 82.72", "1000, 1142.85"}) // 99.9 % of chi-square, one degree of freedom less
  void drawsAtTemperatureTwoFollowTheDistribution(int vocabulary, double bound) {
    float[] logits = new float[vocabulary];
    double[] expected = new double[vocabulary];
    double total = 0;
    for (int i = 0; i < vocabulary; i++) {
      logits[i] = (float) (3 * Math.sin(i * 1.7));
      expected[i] = Math.exp(logits[i] / 2);
      total += expected[i];
    }
    SamplingParameters hot = SamplingParameters.builder(1).temperature(2).build();
    Sampler sampler = new Sampler(vocabulary);
    LogitsQuery query = sampler.query(hot, NONE, 0, 0);
    StepOutput output = new MemorisedRow(new TestingStepOutput(List.of(logits), List.of(query)));
    int draws = 100_000;
    int[] alongPositions = new int[vocabulary];
    int[] alongSeeds = new int[vocabulary];
    for (int i = 0; i < draws; i++) {
      alongPositions[sampler.sample(output, 0, query, hot, 12345, i)]++;
      alongSeeds[sampler.sample(output, 0, query, hot, i, 0)]++;
    }
    assertThat(chiSquare(alongPositions, expected, draws / total)).isLessThan(bound);
    assertThat(chiSquare(alongSeeds, expected, draws / total)).isLessThan(bound);
  }

  private static int sample(
      Sampler sampler,
      float[] logits,
      SamplingParameters parameters,
      int[] tokens,
      int promptLength,
      int length,
      long seed) {
    LogitsQuery query = sampler.query(parameters, tokens, promptLength, length);
    StepOutput output = new TestingStepOutput(List.of(logits), List.of(query));
    return sampler.sample(output, 0, query, parameters, seed, length - promptLength);
  }

  private static double chiSquare(int[] observed, double[] weights, double scale) {
    double sum = 0;
    for (int i = 0; i < observed.length; i++) {
      double expected = weights[i] * scale;
      sum += (observed[i] - expected) * (observed[i] - expected) / expected;
    }
    return sum;
  }

  @Test
  void logProbabilitiesAreOfTheModelItself() {
    float[] logits = {
      (float) Math.log(0.1), (float) Math.log(0.4), (float) Math.log(0.3), (float) Math.log(0.2)
    };
    SamplingParameters edited =
        SamplingParameters.builder(1)
            .temperature(0.5)
            .topLogprobs(0)
            .logitBias(Map.of(3, 9.0))
            .build();
    LogitsQuery query = new Sampler(4).query(edited, NONE, 0, 0);
    StepOutput output = new TestingStepOutput(List.of(logits), List.of(query));
    TokenLogprob logprob = Sampler.logprob(output, 0, 0, 3);
    assertThat(logprob.logprob()).isCloseTo((float) Math.log(0.1), within(1e-6f));
    assertThat(logprob.top()).extracting(TopLogprob::id).containsExactly(1, 2, 3);
    assertThat(logprob.top().get(2).logprob()).isCloseTo((float) Math.log(0.2), within(1e-6f));
    assertThat(Sampler.logprob(output, 0, 0, 0).top()).isEmpty();
    assertThat(Sampler.logprob(output, 0, 0, 20).top()).hasSize(4);
  }

  @Test
  void logitsThatAreNotNumbersAreAnError() {
    Sampler sampler = new Sampler(2);
    for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
      for (double temperature : new double[] {0, 1}) {
        SamplingParameters parameters =
            SamplingParameters.builder(1).temperature(temperature).minP(0.1).topK(1).build();
        assertThatThrownBy(() -> sampler.distribution(new float[] {bad, 1}, parameters, NONE, NONE))
            .isInstanceOf(NonFiniteLogits.class)
            .hasMessageContaining("not finite");
      }
    }
  }

  private static float[] floats(JsonNode array) {
    float[] values = new float[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) array.get(i).asDouble();
    }
    return values;
  }

  private static int[] ints(JsonNode array) {
    int[] values = new int[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = array.get(i).asInt();
    }
    return values;
  }
}
