package dev.weir.torch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.text.ModelConfig;
import dev.weir.torch.Arithmetic.Kind;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Embedding and output layer of the same weights. */
class TiedEmbeddingTest {
  /** What is left of the output layer when the embedding is gone. */
  private static final String LEFT =
      """
        def left(s: __torch__.Decoder) -> float:
          _0 = torch.zero_(s.tables[0])
          return float(torch.item(torch.sum(torch.abs(s.linears[0]))))
      """;

  @ParameterizedTest
  @EnumSource(names = {"FLOAT32", "BFLOAT16_PLAIN"})
  void theyLieInMemoryOnce(Kind kind) {
    ModelConfig config = tied(TestingConfigs.small());
    DecoderProgram program =
        new DecoderProgram(config, new Arithmetic(kind, TestingConfigs.OPTIONS.device()));
    try (TorchModule module =
        TorchModule.load(
            DecoderProgram.CLASS_NAME, program.listAttributes(), program.source() + LEFT)) {
      new DecoderWeights(config, TestingTensors.random(config, 1)).load(module, fraction -> {});
      assertThat(module.runForDouble("left")).isZero();
    }
  }

  private static ModelConfig tied(ModelConfig c) {
    return new ModelConfig(
        c.family(),
        c.vocabulary(),
        c.hidden(),
        c.intermediate(),
        c.layers(),
        c.heads(),
        c.kvHeads(),
        c.headSize(),
        c.contextLength(),
        c.normEpsilon(),
        c.rope(),
        c.slidingWindows(),
        c.activation(),
        true,
        c.attentionBias(),
        c.attentionOutputBias(),
        c.mlpBias(),
        c.queryKeyNorm(),
        c.rotaryInterleaved(),
        null);
  }
}
