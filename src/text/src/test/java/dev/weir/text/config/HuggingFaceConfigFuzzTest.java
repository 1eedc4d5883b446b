package dev.weir.text.config;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.weir.text.CheckpointException;
import dev.weir.text.FuzzChecks;
import dev.weir.text.ModelConfig;
import dev.weir.text.ModelConfig.Rope;
import dev.weir.text.json.JsonLimits;
import java.util.List;

/**
 * Any bytes as {@code config.json}. {@code mvn verify} runs the committed inputs; {@code .ci/fuzz}
 * searches for new ones.
 */
final class HuggingFaceConfigFuzzTest {

  @FuzzTest(maxDuration = "60s")
  void anyBytesAreRefusedOrAreAnArchitectureThatCanBeComputed(byte[] bytes) {
    ModelConfig config;
    try {
      config = HuggingFaceConfig.parse(JsonLimits.parse(bytes, "fuzz"), "fuzz");
    } catch (CheckpointException e) {
      FuzzChecks.refusal(e);
      return;
    }
    FuzzChecks.check(config.heads() % config.kvHeads() == 0, "heads do not share keys evenly");
    FuzzChecks.check(config.slidingWindows().size() == config.layers(), "a layer has no window");
    Rope rope = config.rope();
    if (rope != null) {
      FuzzChecks.check(
          Double.isFinite(rope.attentionFactor()), "the attention factor is no number");
      finite(rope.inverseFrequencies(), config.headSize());
      finite(rope.inverseFrequencies(1 << 30), config.headSize());
    }
    if (config.layers() < 100) {
      FuzzChecks.check(!ExpectedTensors.of(config).isEmpty(), "a model without weights");
    }
  }

  private static void finite(List<Double> frequencies, int headSize) {
    FuzzChecks.check(
        !frequencies.isEmpty() && frequencies.size() <= headSize / 2, "pairs beyond the head");
    FuzzChecks.check(
        frequencies.stream().allMatch(f -> Double.isFinite(f) && f >= 0),
        "a frequency is no number: " + frequencies);
  }
}
