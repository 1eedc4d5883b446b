package dev.weir.bench.text;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.bench.text.Measure.Phase;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class OwnEngineTest {
  private static final Workload WORKLOAD = new Workload(List.of(1, 3), 20, 5, 70, 1);

  private final TestingTokenizer tokenizer = new TestingTokenizer();
  private final TokenPrompts prompts = new TokenPrompts(tokenizer);

  @Test
  void aRoundMeasuresEverythingAndTwoRoundsHaveNoPrefixHits() throws Exception {
    TestingModel model = new TestingModel(3);
    try (OwnEngine engine =
        new OwnEngine(new OwnModel(model, "testing", "f32"), tokenizer::bytes, prompts, WORKLOAD)) {
      engine.round(); // a batch with a hit in the cache would throw in the second
      Map<Measure, Double> speeds = engine.round();

      assertThat(speeds)
          .containsOnlyKeys(
              new Measure(Phase.DECODE, 1),
              new Measure(Phase.THROUGHPUT, 1),
              new Measure(Phase.DECODE, 3),
              new Measure(Phase.THROUGHPUT, 3),
              new Measure(Phase.PREFILL, 70));
      assertThat(speeds.values()).allSatisfy(speed -> assertThat(speed).isPositive());
      assertThat(model.largestStep()).isEqualTo(3);
      assertThat(engine.description()).isEqualTo("testing, f32, testing");
    }
  }

  @Test
  void promptsHaveTheirLengthAndDiffer() {
    Set<List<Integer>> different = new HashSet<>();
    for (int[] prompt : prompts.prompts(32, 64)) {
      assertThat(prompt).hasSize(64);
      different.add(Arrays.stream(prompt).boxed().toList());
    }
    assertThat(different).hasSize(32);
    assertThat(prompts.prompt(3, 600)).hasSize(600).startsWith(prompts.prompt(3, 64));
  }
}
