package dev.weir.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weir.engine.LogitsQuery;
import dev.weir.engine.SequenceSlice;
import dev.weir.engine.StepOutput;
import dev.weir.text.CheckpointException;
import dev.weir.text.ModelConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
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
    assumeTrue(
        precision == Precision.BF16 || !TestingConfigs.onGpu(), "skipped: INT8 runs on the CPU");
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
    assumeTrue(
        precision != Precision.INT8 || !TestingConfigs.onGpu(), "skipped: INT8 runs on the CPU");
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
      SequenceSlice slice =
          new SequenceSlice(0, new int[] {1, 2}, new int[] {0}, List.of(LogitsQuery.ARG_MAX));
      StepOutput output = model.step(List.of(slice));
      assertThatThrownBy(() -> output.logits(0, new float[TestingConfigs.VOCABULARY]))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("row 0 was asked for its arg max alone");
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
      assertRefused(model, "block 8", whole(1, 1)); // 4 slots of 20 tokens are 8 blocks
      assertRefused(model, "second slice that writes block 0", whole(0, 1), whole(0, 1));
      assertRefused(
          model,
          "length of a block table 0",
          new SequenceSlice(0, new int[] {1}, new int[0], List.of()));
      assertRefused(model, "token 40", whole(0, 1, 40));
      assertRefused(model, "token -1", whole(0, -1));
      assertRefused(model, "number of tokens 0", whole(0));
      assertRefused(
          model, "start 20", new SequenceSlice(20, new int[] {1}, new int[] {0, 1}, List.of()));
      assertRefused(
          model,
          "number of queries 2",
          new SequenceSlice(
              0, new int[] {1}, new int[] {0}, Collections.nCopies(2, LogitsQuery.ARG_MAX)));
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
            CONFIG.rotaryInterleaved(),
            null);
    // 2 layers x (key + value) x 2 heads x 8 x 4 bytes = 256 bytes a token
    assertThatThrownBy(() ->
            TorchLanguageModel.load(
                TestingTensors.random(CONFIG, 1).checkpoint(large),
                F32.withKvMemory(1 << 20).withMaxContext(1 << 24)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a sequence of 16777216 tokens needs 4,294,967,296 bytes of cache")
        .hasMessageContaining("1,048,576 bytes");
  }

  @Test
  void theCacheHasNoMoreBlocksThanItsMemoryHolds() {
    try (TorchLanguageModel model = load(F32.withKvMemory(5 * 16 * 256 + 100))) {
      assertThat(model.limits().cacheBlocks()).isEqualTo(5);
      assertThat(model.limits().contextLength()).isEqualTo(5 * 16);
    }
  }

  @Test
  void whatABlockHeldForAnotherSequenceReachesNobody() {
    TestingTensors tensors = TestingTensors.random(CONFIG, 8);
    float[] embedding = tensors.values("model.embed_tokens.weight");
    embedding[39 * CONFIG.hidden()] = Float.NaN;
    try (TorchLanguageModel model = TorchLanguageModel.load(tensors.checkpoint(CONFIG), F32)) {
      int[] loud = new int[16];
      Arrays.fill(loud, 39);
      assertThat(model.step(List.of(whole(0, loud))).argMax(0)).isEqualTo(-1);
      model.step(List.of(whole(0, 1, 2), whole(1, 3, 4, 5, 6, 7)));
      // two of different lengths decode in one segment: the shorter sees its block's rest masked
      StepOutput output =
          model.step(
              List.of(
                  new SequenceSlice(
                      2, new int[] {3}, TestingConfigs.blocks(0), List.of(LogitsQuery.WHOLE)),
                  new SequenceSlice(
                      5, new int[] {8}, TestingConfigs.blocks(1), List.of(LogitsQuery.WHOLE))));
      float[] logits = new float[TestingConfigs.VOCABULARY];
      output.logits(0, logits);
      logits[39] = 0; // its row of the output layer is the embedding that is no number
      for (float logit : logits) {
        assertThat(logit).isFinite();
      }
    }
  }

  @Test
  void sequencesShareTheBlocksOfACommonPrefix() {
    try (TorchLanguageModel model = load(F32)) {
      int[] prefix = new int[16];
      Arrays.setAll(prefix, i -> i + 1);
      int[] whole = Arrays.copyOf(prefix, 18);
      whole[16] = 20;
      whole[17] = 21;
      float[] alone = logits(model, whole(0, whole));
      SequenceSlice rest =
          new SequenceSlice(16, new int[] {20, 21}, new int[] {0, 9}, List.of(LogitsQuery.WHOLE));
      SequenceSlice other =
          new SequenceSlice(16, new int[] {5}, new int[] {0, 10}, List.of(LogitsQuery.WHOLE));
      float[] shared = logits(model, rest, other);
      for (int i = 0; i < alone.length; i++) {
        assertThat(shared[i]).isCloseTo(alone[i], within(1e-5f * Math.max(10, Math.abs(alone[i]))));
      }
    }
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
    return new SequenceSlice(
        0,
        tokens,
        TestingConfigs.blocks(slot),
        tokens.length == 0 ? List.of() : List.of(LogitsQuery.WHOLE));
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
