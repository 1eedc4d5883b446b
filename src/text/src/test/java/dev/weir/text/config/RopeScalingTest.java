package dev.weir.text.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weir.text.Golden;
import dev.weir.text.ModelConfig.Rope;
import dev.weir.text.json.JsonLimits;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every scaling against the numbers of transformers' modeling_rope_utils. */
class RopeScalingTest {

  static Stream<JsonNode> cases() {
    JsonNode cases = JsonLimits.read(Golden.path("rope.json"), 1 << 24).path("cases");
    return StreamSupport.stream(cases.spliterator(), false);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void frequenciesAreThoseOfTransformers(JsonNode golden) {
    Rope rope =
        Objects.requireNonNull(HuggingFaceConfig.parse(golden.path("config"), "config").rope());

    assertThat(rope.attentionFactor())
        .isCloseTo(golden.path("attention_factor").doubleValue(), within(1e-9));
    assertFrequencies(rope.inverseFrequencies(), golden.path("inverse_frequencies"));
    for (Map.Entry<String, JsonNode> length : golden.path("by_length").properties()) {
      assertFrequencies(
          rope.inverseFrequencies(Integer.parseInt(length.getKey())), length.getValue());
    }
  }

  private static void assertFrequencies(List<Double> found, JsonNode expected) {
    assertThat(found).hasSize(expected.size());
    for (int i = 0; i < found.size(); i++) {
      double frequency = expected.get(i).doubleValue();
      // Theirs are float32, with a power function that is off by a few units in the last place.
      assertThat(found.get(i)).isCloseTo(frequency, within(1e-6 * frequency));
    }
  }
}
