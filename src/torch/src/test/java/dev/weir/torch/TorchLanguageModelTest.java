package dev.weir.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weir.engine.SequenceSlice;
import dev.weir.engine.StepOutput;
import dev.weir.text.CheckpointException;
import dev.weir.text.ModelConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TorchLanguageModelTest {
  private static final ModelConfig CONFIG = TestingConfigs.small();
  private static final TorchOptions F32 = TestingConfigs.OPTIONS.withSlots(4);

  @Test
  void limitsSayWhatTheOptionsAskedFor() {
    try (TorchLanguageModel model = load(F32.withMaxContext(40))) {
      assertThat(model.limits().vocabulary()).isEqualTo(TestingConfigs.VOCABULARY);
      assertThat(model.limits().contextLength()).isEqualTo(40);
      assertThat(model.limits().slots()).isEqualTo(4);
      assertThat(model.limits().cacheBlocks()).isEqualTo(4 * 3);
      assertThat(model.limits().numericsId()).startsWith("0123456789abcdef-f32-cpu-torch2.7.1");
    }
  }

  @Test
  void theContextIsTheModelsUnlessAskedFor() {
    try (TorchLanguageModel model = load(F32)) {
      assertThat(model.limits().contextLength()).isEqualTo(TestingConfigs.CONTEXT);
    }
  }

  @Test
  void theLowestIdWinsATie() {
    TestingTensors tensors = TestingTensors.random(CONFIG, 5);
    try (TorchLanguageModel model = TorchLanguageModel.load(tensors.checkpoint(CONFIG), F32)) {
      int best = model.step(List.of(whole(0, 1, 2, 3))).argMax(0);
      String head = CONFIG.tiedEmbeddings() ? "model.embed_tokens.weight" : "lm_head.weight";
      float[] rows = tensors.values(head);
      int twin = best == 10 ? 30 : 10;
      System.arraycopy(rows, best * CONFIG.hidden(), rows, twin * CONFIG.hidden(), CONFIG.hidden());
      try (TorchLanguageModel tied = TorchLanguageModel.load(tensors.checkpoint(CONFIG), F32)) {
        assertThat(tied.step(List.of(whole(0, 1, 2, 3))).argMax(0)).isEqualTo(Math.min(best, twin));
      }
    }
  }

  @Test
  void aSlotIsUsedAgainWithoutATraceOfItsLastSequence() {
    try (TorchLanguageModel model = load(F32)) {
      int[] fresh = Greedy.one(model, 1, new int[] {4, 5, 6}, 12);
      Greedy.one(model, 0, new int[] {30, 31, 32, 33, 34, 35, 36, 37}, 40);
      assertThat(Greedy.one(model, 0, new int[] {4, 5, 6}, 12)).containsExactly(fresh);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"BF16", "INT8"})
  void lowerPrecisionsStayCloseToFloat32(Precision precision) {
    TestingTensors tensors = TestingTensors.random(CONFIG, 6);
    int[] tokens = new int[30];
    Arrays.setAll(tokens, i -> (7 * i + 3) % TestingConfigs.VOCABULARY);
    try (TorchLanguageModel reference = TorchLanguageModel.load(tensors.checkpoint(CONFIG), F32);
        TorchLanguageModel model =
            TorchLanguageModel.load(tensors.checkpoint(CONFIG), F32.withPrecision(precision))) {
      QualityReport report = QualityReport.compare(reference, model, List.of(tokens), 1);
      assertThat(model.precision()).isEqualTo(precision);
      assertThat(report.tokens()).isEqualTo(29);
      // Not equal, or the precision was not used; bounds are those of the formats' rounding.
      assertThat(report.klDivergence()).isBetween(1e-9, precision == Precision.BF16 ? 1e-4 : 1e-3);
    }
  }

  /** With one scale for the whole batch, the loud neighbour would drown the quiet row. */
  @ParameterizedTest
  @EnumSource(names = {"F32", "BF16", "INT8"})
  void aRowDoesNotDependOnItsNeighbours(Precision precision) {
    TestingTensors tensors = TestingTensors.random(CONFIG, 7);
    float[] embedding = tensors.values("model.embed_tokens.weight");
    for (int i = 0; i < CONFIG.hidden(); i++) {
      embedding[39 * CONFIG.hidden() + i] *= 1000;
    }
    try (TorchLanguageModel model =
        TorchLanguageModel.load(tensors.checkpoint(CONFIG), F32.withPrecision(precision))) {
      float[] alone = logits(model, whole(0, 1, 2, 3));
      float[] beside = logits(model, whole(0, 1, 2, 3), whole(1, 39, 39), whole(2, 39));
      for (int i = 0; i < alone.length; i++) {
        assertThat(beside[i]).isCloseTo(alone[i], within(1e-5f * Math.max(10, Math.abs(alone[i]))));
      }
    }
  }

  @Test
  void logitsThatNobodyAskedForAreRefused() {
    try (TorchLanguageModel model = load(F32)) {
      SequenceSlice slice = new SequenceSlice(0, 0, new int[] {1, 2}, new int[0], 1, false);
      StepOutput output = model.step(List.of(slice));
      assertThatThrownBy(() -> output.logits(0, new float[TestingConfigs.VOCABULARY]))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("row 0 did not ask for logits");
    }
  }

  @Test
  void anOutputEndsWithTheNextStep() {
    try (TorchLanguageModel model = load(F32)) {
      StepOutput first = model.step(List.of(whole(0, 1)));
      model.step(List.of(whole(1, 1)));
      assertThatThrownBy(() -> first.logits(0, new float[TestingConfigs.VOCABULARY]))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("until the next step");
    }
  }

  @Test
  void anotherThreadIsTurnedAway() {
    try (TorchLanguageModel model = load(F32)) {
      model.step(List.of(whole(0, 1)));
      assertThatThrownBy(
              () -> CompletableFuture.runAsync(() -> model.step(List.of(whole(0, 1)))).join())
          .isInstanceOf(CompletionException.class)
          .hasMessageContaining("the model belongs to thread");
    }
  }

  @Test
  void slicesBeyondTheLimitsAreRefusedBeforeTheyReachTheDevice() {
    try (TorchLanguageModel model = load(F32.withMaxContext(20))) {
      assertRefused(model, "slot 4", whole(4, 1));
      assertRefused(model, "slot -1", whole(-1, 1));
      assertRefused(model, "second slice of slot 2", whole(2, 1), whole(2, 1));
      assertRefused(model, "token 40", whole(0, 1, 40));
      assertRefused(model, "token -1", whole(0, -1));
      assertRefused(model, "number of tokens 0", whole(0));
      assertRefused(
          model, "start 20", new SequenceSlice(0, 20, new int[] {1}, new int[0], 1, false));
      assertRefused(
          model, "outputs 2", new SequenceSlice(0, 0, new int[] {1}, new int[0], 2, false));
    }
  }

  @Test
  void aCacheThatDoesNotFitIsRefusedWithItsSize() {
    ModelConfig large =
        new ModelConfig(
            CONFIG.family(),
            CONFIG.vocabulary(),
            CONFIG.hidden(),
            CONFIG.intermediate(),
            CONFIG.layers(),
            CONFIG.heads(),
            CONFIG.kvHeads(),
            CONFIG.headSize(),
            1 << 24,
            CONFIG.normEpsilon(),
            CONFIG.rope(),
            CONFIG.slidingWindows(),
            CONFIG.activation(),
            CONFIG.tiedEmbeddings(),
            CONFIG.attentionBias(),
            CONFIG.attentionOutputBias(),
            CONFIG.mlpBias(),
            CONFIG.queryKeyNorm(),
            CONFIG.rotaryInterleaved());
    // 2 layers x (key + value) x 2 heads x 8 x 4 bytes = 256 bytes a token
    assertThatThrownBy(() ->
            TorchLanguageModel.load(
                TestingTensors.random(CONFIG, 1).checkpoint(large),
                F32.withSlots(4096).withMaxContext(1 << 24)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("4096 slots of 16777216 tokens need 17,592,186,044,416 bytes");
  }

  @Test
  void aContextBeyondTheModelsIsRefused() {
    assertThatThrownBy(() -> load(F32.withMaxContext(97)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("maxContext is 97, the model was made for 96 positions");
  }

  @Test
  void aMissingTensorIsNamed() {
    TestingTensors tensors = TestingTensors.random(CONFIG, 1);
    tensors.remove("model.layers.1.mlp.up_proj.weight");
    assertThatThrownBy(() -> TorchLanguageModel.load(tensors.checkpoint(CONFIG), F32))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("model.layers.1.mlp.up_proj.weight");
  }

  @Test
  void progressRisesToOne() {
    List<Double> told = new ArrayList<>();
    TestingTensors tensors = TestingTensors.random(CONFIG, 1);
    TorchLanguageModel.load(tensors.checkpoint(CONFIG), F32, told::add).close();
    assertThat(told).isSorted().endsWith(1.0).hasSizeGreaterThan(10);
    assertThat(told.getFirst()).isPositive();
  }

  private static TorchLanguageModel load(TorchOptions options) {
    return TorchLanguageModel.load(TestingTensors.random(CONFIG, 1).checkpoint(CONFIG), options);
  }

  private static SequenceSlice whole(int slot, int... tokens) {
    return new SequenceSlice(slot, 0, tokens, new int[0], Math.min(1, tokens.length), true);
  }

  private static float[] logits(TorchLanguageModel model, SequenceSlice... slices) {
    float[] logits = new float[TestingConfigs.VOCABULARY];
    model.step(List.of(slices)).logits(0, logits);
    return logits;
  }

  private static void assertRefused(
      TorchLanguageModel model, String message, SequenceSlice... slices) {
    assertThatThrownBy(() -> model.step(List.of(slices)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }
}
