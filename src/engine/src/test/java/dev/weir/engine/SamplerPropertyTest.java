package dev.weir.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** A draw from some candidates is one from the whole vocabulary. */
final class SamplerPropertyTest {
  private static final int VOCABULARY = 400;

  /**
   * @param spread of the logits: the larger, the more weight have few tokens
   * @param ties whether logits are whole numbers, many of them equal
   */
  record Row(long seed, double spread, boolean ties) {
    float[] logits() {
      Random random = new Random(seed);
      float[] logits = new float[VOCABULARY];
      for (int i = 0; i < VOCABULARY; i++) {
        double logit = random.nextGaussian() * spread;
        logits[i] = (float) (ties ? Math.rint(logit) : logit);
      }
      return logits;
    }
  }

  @Provide
  Arbitrary<Row> rows() {
    return Combinators.combine(
            Arbitraries.longs(), Arbitraries.of(0.1, 1.0, 3.0, 10.0), Arbitraries.of(true, false))
        .as(Row::new);
  }

  @Provide
  Arbitrary<SamplingParameters> parameters() {
    return Combinators.combine(
            Arbitraries.of(0.0, 0.3, 1.0, 2.0),
            Arbitraries.of(0, 1, 5, 63, 64, 65, 399),
            Arbitraries.of(1.0, 0.95, 0.5, 0.01),
            Arbitraries.of(0.0, 0.05, 0.5),
            Arbitraries.of(1.0, 0.9, 0.2),
            Arbitraries.of(1.0, 1.3),
            Arbitraries.of(0.0, 0.7))
        .as((temperature, topK, topP, minP, typicalP, repetition, frequency) ->
            SamplingParameters.builder(9)
                .temperature(temperature)
                .topK(topK)
                .topP(topP)
                .minP(minP)
                .typicalP(typicalP)
                .repetitionPenalty(repetition)
                .frequencyPenalty(frequency)
                .logitBias(Map.of(7, 3.0, 350, -2.0))
                .stopTokens(Set.of(9, 10))
                .minTokens(3)
                .build());
  }

  @Property(tries = 2000)
  void aDrawFromCandidatesIsOneFromTheWholeDistribution(
      @ForAll("rows") Row row,
      @ForAll("parameters") SamplingParameters parameters,
      @ForAll long seed) {
    float[] logits = row.logits();
    int[] tokens = {7, 8, 8, 9, 100, 100, 101};
    int promptLength = 5;
    Sampler sampler = new Sampler(VOCABULARY);
    LogitsQuery query = sampler.query(parameters, tokens, promptLength, tokens.length);
    TestingStepOutput output = new TestingStepOutput(List.of(logits), List.of(query));
    int drawn = sampler.sample(output, 0, query, parameters, seed, tokens.length - promptLength);

    double[] distribution =
        sampler.distribution(
            logits,
            parameters,
            Arrays.copyOf(tokens, promptLength),
            Arrays.copyOfRange(tokens, promptLength, tokens.length));
    assertThat(Arrays.stream(distribution).sum()).isCloseTo(1, within(1e-9));
    assertThat(drawn).isNotIn(9, 10);
    boolean filtered =
        parameters.topK() > 0
            || parameters.topP() < 1
            || parameters.minP() > 0
            || parameters.typicalP() < 1;
    boolean[] first = new boolean[VOCABULARY];
    if (!filtered && query.candidates() > 0) {
      int[] ids = new int[query.candidates()];
      output.candidates(0, ids, new float[ids.length]);
      for (int id : ids) {
        first[id] = true;
      }
    }
    double uniform = Philox.uniform(seed, tokens.length - promptLength);
    double before = 0; // candidates come first where nothing was filtered out
    for (int pass = 0; pass < 2; pass++) {
      for (int id = 0; id < VOCABULARY; id++) {
        if (first[id] == (pass == 0)) {
          if (id == drawn) {
            assertThat(distribution[id]).isPositive();
            assertThat(uniform).isBetween(before - 1e-9, before + distribution[id] + 1e-9);
            return;
          }
          before += distribution[id];
        }
      }
    }
    throw new AssertionError("no token was drawn: " + drawn);
  }
}
