package dev.weir.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

final class CacheBudgetTest {
  private static final long GIB = 1L << 30;

  /** Keys and values of SmolLM2-135M: 30 layers, 3 heads of 64 floats. */
  private static final long BYTES_PER_TOKEN = 2 * 30 * 3 * 64 * 4;

  private static final int CONTEXT = 8_192;

  private static CacheBudget smolLm2(int slots, int maxContext, long kvMemory) {
    return CacheBudget.of(slots, maxContext, kvMemory, CONTEXT, 0, BYTES_PER_TOKEN, 8 * GIB);
  }

  private static TestingEngineLoop engine(int slots, CacheBudget budget) {
    return new TestingEngineLoop(
        new ModelLimits(32, budget.context(), slots, budget.blocks(), true, "testing"), 512);
  }

  /** A prompt of its own. */
  private static TextRequest request(int number, int promptLength, int outputLength) {
    int[] prompt = new int[promptLength];
    Arrays.fill(prompt, 1 + number % 31);
    prompt[0] = 1 + number / 31;
    return TestingEngineLoop.request(
        prompt, SamplingParameters.builder(outputLength).temperature(0).build());
  }

  @Test
  void sixtyFourSequencesOf256TokensRunTogetherInOneGibibyte() {
    CacheBudget budget = smolLm2(64, 256, GIB);
    assertThat(budget.blocks() * LanguageModel.BLOCK_TOKENS * BYTES_PER_TOKEN)
        .isLessThanOrEqualTo(GIB);
    TestingEngineLoop engine = engine(64, budget);
    List<TestingListener> listeners = new ArrayList<>();
    for (int i = 0; i < 64; i++) {
      TestingListener listener = new TestingListener();
      listeners.add(listener);
      engine.start(request(i, 128, 128), listener);
    }
    int most = 0;
    while (engine.loop.step()) {
      most = Math.max(most, engine.loop.running());
    }
    assertThat(most).isEqualTo(64);
    assertThat(engine.preempted).isZero();
    assertThat(listeners)
        .allSatisfy(listener -> {
          assertThat(listener.outcome().reason()).isEqualTo(FinishReason.LENGTH);
          assertThat(listener.outcome().total()).isEqualTo(128);
        });
  }

  @Test
  void aPromptOfEightThousandTokensRunsInOneGibibyteBesideWhatHasASlot() {
    CacheBudget budget = smolLm2(64, 0, GIB);
    assertThat(budget.context()).isEqualTo(CONTEXT);
    assertThat(budget.blocks() * LanguageModel.BLOCK_TOKENS * BYTES_PER_TOKEN)
        .isLessThanOrEqualTo(GIB);
    TestingEngineLoop engine = engine(64, budget);
    List<TestingListener> listeners = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      TestingListener listener = new TestingListener();
      listeners.add(listener);
      engine.start(request(i, 100, 150), listener);
    }
    TestingListener whole = new TestingListener();
    listeners.add(whole);
    engine.start(request(100, CONTEXT - 1, 5), whole);
    engine.finish();
    assertThat(whole.outcome().total()).isEqualTo(1); // up to the context
    assertThat(listeners)
        .allSatisfy(l -> assertThat(l.outcome().reason()).isEqualTo(FinishReason.LENGTH));
  }

  /** However small the cache: who is alone gets all of it. */
  @Test
  void whatFitsIntoTheCacheAloneIsNotRefused() {
    CacheBudget budget = smolLm2(4, 512, 512 * BYTES_PER_TOKEN); // one sequence of the largest
    TestingEngineLoop engine = engine(4, budget);
    List<TestingListener> listeners = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      TestingListener listener = new TestingListener();
      listeners.add(listener);
      engine.start(request(i, 511 - 80 * i, 500), listener);
    }
    engine.finish();
    assertThat(engine.preempted).isPositive();
    for (int i = 0; i < 6; i++) {
      assertThat(listeners.get(i).outcome().total()).isEqualTo(Math.min(500, 1 + 80 * i));
    }
  }

  @Test
  void aModelWithASlidingWindowHasItsWholeContextInACacheOfItsWindow() {
    CacheBudget whole =
        CacheBudget.of(2, 0, 272 * BYTES_PER_TOKEN, CONTEXT, 240, BYTES_PER_TOKEN, 8 * GIB);
    assertThat(whole).isEqualTo(new CacheBudget(CONTEXT, 17));
    CacheBudget short_ =
        CacheBudget.of(2, 0, 256 * BYTES_PER_TOKEN, CONTEXT, 240, BYTES_PER_TOKEN, 8 * GIB);
    assertThat(short_).isEqualTo(new CacheBudget(256, 16));
    assertThatThrownBy(() ->
            CacheBudget.of(2, 500, 256 * BYTES_PER_TOKEN, CONTEXT, 240, BYTES_PER_TOKEN, 8 * GIB))
        .hasMessageContaining("a sequence of 500 tokens needs %,d bytes", 272 * BYTES_PER_TOKEN);
  }

  @Test
  void itNamesWhatIsTooSmall() {
    assertThatThrownBy(() -> smolLm2(4, 512, 500 * BYTES_PER_TOKEN))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a sequence of 512 tokens needs 23,592,960 bytes of cache")
        .hasMessageContaining("raise kvMemory");
    assertThatThrownBy(() -> smolLm2(4, CONTEXT + 1, 0)).hasMessageContaining("8192 positions");
    assertThatThrownBy(() -> smolLm2(4, 0, 9 * GIB)).hasMessageContaining("memory are free");
  }
}
