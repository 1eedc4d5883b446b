package dev.weir.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class SamplingParametersTest {
  static List<Arguments> mistakes() {
    return List.of(
        mistake("temperature", b -> b.temperature(-1)),
        mistake("temperature", b -> b.temperature(Double.NaN)),
        mistake("temperature", b -> b.temperature(Double.POSITIVE_INFINITY)),
        mistake("top_k", b -> b.topK(-1)),
        mistake("top_p", b -> b.topP(0)),
        mistake("top_p", b -> b.topP(1.01)),
        mistake("top_p", b -> b.topP(Double.NaN)),
        mistake("min_p", b -> b.minP(-0.1)),
        mistake("min_p", b -> b.minP(1.1)),
        mistake("typical_p", b -> b.typicalP(0)),
        mistake("repetition_penalty", b -> b.repetitionPenalty(0)),
        mistake("frequency_penalty", b -> b.frequencyPenalty(2.1)),
        mistake("presence_penalty", b -> b.presencePenalty(Double.NaN)),
        mistake("logit_bias.5", b -> b.logitBias(Map.of(5, 101.0))),
        mistake("stop[1]", b -> b.stop(List.of("a", ""))),
        mistake("stop[0]", b -> b.stop(List.of("a".repeat(1001)))),
        mistake("stop", b -> b.stop(Collections.nCopies(65, "a"))),
        mistake("min_tokens", b -> b.minTokens(11)),
        mistake("min_tokens", b -> b.minTokens(-1)),
        mistake("top_logprobs", b -> b.topLogprobs(21)));
  }

  private static Arguments mistake(String field, UnaryOperator<SamplingParameters.Builder> change) {
    return Arguments.of(field, change);
  }

  @ParameterizedTest
  @MethodSource("mistakes")
  void aValueOutOfItsRangeIsRefusedByTheNameOfItsField(
      String field, UnaryOperator<SamplingParameters.Builder> change) {
    assertThatThrownBy(() -> change.apply(SamplingParameters.builder(10)).build())
        .isInstanceOfSatisfying(
            InvalidRequest.class,
            e -> {
              assertThat(e.field()).isEqualTo(field);
              assertThat(e.code()).isEqualTo("invalid_value");
              assertThat(e).hasMessageStartingWith(field + " is ").hasMessageContaining("must be");
            });
  }

  @Test
  void noTokensAtAllIsNoOutput() {
    assertThatThrownBy(() -> SamplingParameters.builder(0).build())
        .isInstanceOf(InvalidRequest.class)
        .hasMessage("max_tokens is 0, but must be at least 1");
  }

  @Test
  void theBuilderStartsFromThePlainDistribution() {
    assertThat(SamplingParameters.builder(7).build())
        .isEqualTo(
            new SamplingParameters(
                1, 0, 1, 0, 1, 1, 0, 0, Map.of(), List.of(), Set.of(), 7, 0, -1));
  }
}
