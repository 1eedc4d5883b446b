package dev.weir.bench.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.bench.BenchProgress;
import dev.weir.bench.BenchmarkResult;
import dev.weir.engine.ModelLimits;
import dev.weir.engine.TestingLanguageModel;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SpeculationBenchmarkTest {
  private final TestingTokenizer tokenizer = new TestingTokenizer();
  private final StringWriter printed = new StringWriter();

  private List<BenchmarkResult> run(boolean rowInvariant) throws Exception {
    return new SpeculationBenchmark(
            slots -> new OwnModel(model(rowInvariant), "testing", "f32"), tokenizer, 2)
        .run(new PrintWriter(printed), BenchProgress.NONE);
  }

  private static TestingLanguageModel model(boolean rowInvariant) {
    TestingLanguageModel model =
        new TestingLanguageModel(new ModelLimits(32, 2048, 1, 128, rowInvariant, "testing"));
    model.see(1); // so that its text repeats itself
    return model;
  }

  @Test
  void bothKindsOfTextAreComparedWithAndWithout() throws Exception {
    List<BenchmarkResult> results = run(true);
    assertThat(results)
        .extracting(BenchmarkResult::name)
        .containsExactly("speculation.b1.repeating", "speculation.b1.other");
    assertThat(results)
        .allSatisfy(result -> {
          assertThat(result.peer()).isEqualTo("without");
          assertThat(result.ratio()).isPositive();
        });
    assertThat(printed.toString()).contains("guesses right");
  }

  @Test
  void aBackendThatNeverGuessesIsNamed() {
    assertThatThrownBy(() -> run(false))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("testing never guesses ahead");
  }
}
