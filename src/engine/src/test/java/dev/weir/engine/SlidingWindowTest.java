package dev.weir.engine;

import static dev.weir.engine.TestingEngineLoop.expected;
import static dev.weir.engine.TestingEngineLoop.request;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A model whose tokens see the last 40 only. */
final class SlidingWindowTest {
  private static final int VOCABULARY = 32;
  private static final int WINDOW = 40;

  private static TestingEngineLoop engine(int slots, int blocks) {
    return engine(slots, blocks, 16);
  }

  private static TestingEngineLoop engine(int slots, int blocks, int stepTokens) {
    TestingEngineLoop engine =
        new TestingEngineLoop(
            new ModelLimits(VOCABULARY, 400, slots, blocks, WINDOW, true, "testing"), stepTokens);
    engine.model.see(WINDOW);
    return engine;
  }

  private static TextRequest any(Random random, int most) {
    int[] prompt = random.ints(1 + random.nextInt(most), 1, VOCABULARY).toArray();
    return request(
        prompt, SamplingParameters.builder(1 + random.nextInt(most)).temperature(0.7).build());
  }

  @Test
  void blocksBehindTheWindowAreFreed() {
    TestingEngineLoop engine = engine(1, 40);
    int[] prompt = new Random(3).ints(200, 1, VOCABULARY).toArray();
    TextRequest long_ = request(prompt, SamplingParameters.builder(150).temperature(0).build());
    double[] most = {0};
    engine.model.onStep(slices -> most[0] = Math.max(most[0], engine.loop.cacheUse()));
    assertThat(engine.run(long_).tokens).isEqualTo(expected(long_, VOCABULARY, WINDOW));
    // 40 positions and a chunk of 16 touch 5 blocks at most
    assertThat(most[0]).isBetween(3 / 40.0, 5 / 40.0);
    assertThat(engine.loop.cacheUse()).isZero();
  }

  @Test
  void asManyRunAsTheirWindowsHaveRoomFor() {
    TestingEngineLoop engine = engine(4, 25);
    Random random = new Random(4);
    List<TestingListener> listeners = new ArrayList<>();
    List<TextRequest> requests = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      int[] prompt = random.ints(150, 1, VOCABULARY).toArray();
      TextRequest request = request(prompt, SamplingParameters.builder(100).temperature(0).build());
      TestingListener listener = new TestingListener();
      requests.add(request);
      listeners.add(listener);
      engine.start(request, listener);
    }
    int[] most = {0};
    engine.model.onStep(slices -> most[0] = Math.max(most[0], engine.loop.running()));
    engine.finish();
    assertThat(most[0]).isGreaterThanOrEqualTo(3); // 10 blocks each without a window
    for (int i = 0; i < 4; i++) {
      assertThat(listeners.get(i).tokens).isEqualTo(expected(requests.get(i), VOCABULARY, WINDOW));
    }
  }

  /** 400 tokens of context in a cache of 80, the least for a window of 40. */
  @ParameterizedTest
  @ValueSource(ints = {16, 128})
  void aSequenceMayBeLongerThanTheCacheIfItsWindowIsNot(int stepTokens) {
    TestingEngineLoop engine = engine(2, 5, stepTokens);
    Random random = new Random(5);
    int[] prompt = random.ints(230, 1, VOCABULARY).toArray();
    TextRequest long_ = request(prompt, SamplingParameters.builder(170).temperature(0.7).build());
    TestingListener first = new TestingListener();
    engine.start(long_, first);
    TextRequest other = any(random, 100);
    TestingListener second = new TestingListener();
    engine.start(other, second);
    engine.finish();
    assertThat(first.tokens).hasSize(170).isEqualTo(expected(long_, VOCABULARY, WINDOW));
    assertThat(second.tokens).isEqualTo(expected(other, VOCABULARY, WINDOW));
    assertThat(engine.loop.cacheUse()).isZero();
  }

  @Test
  void aPrefixThatFillsTheCacheIsLeftBehindTheWindowBeforeItsSequenceGoesOn() {
    TestingEngineLoop engine = engine(1, 5, 128);
    int[] whole = new Random(8).ints(200, 1, VOCABULARY).toArray();
    SamplingParameters one = SamplingParameters.builder(1).temperature(0).build();
    engine.run(request(Arrays.copyOf(whole, 80), one)); // five blocks, all found below
    TextRequest long_ = request(whole, SamplingParameters.builder(30).temperature(0.7).build());
    TestingListener listener = engine.run(long_);
    assertThat(listener.outcome().cachedTokens()).isEqualTo(80);
    assertThat(listener.tokens).isEqualTo(expected(long_, VOCABULARY, WINDOW));
  }

  @Test
  void aCacheSmallerThanTheWindowLimitsTheContext() {
    assertThat(new ModelLimits(VOCABULARY, 400, 2, 5, WINDOW, true, "testing").longest())
        .isEqualTo(400);
    assertThat(new ModelLimits(VOCABULARY, 400, 2, 4, WINDOW, true, "testing").longest())
        .isEqualTo(64);
    assertThat(new ModelLimits(VOCABULARY, 400, 2, 5, true, "testing").longest()).isEqualTo(80);
  }

  @Test
  void prefixesPreemptionAndOthersChangeNothing() {
    Random random = new Random(6);
    int preempted = 0;
    for (int round = 0; round < 80; round++) {
      TestingEngineLoop engine = engine(3, 5 + round % 6);
      List<TextRequest> requests = new ArrayList<>();
      List<TestingListener> listeners = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        TextRequest request =
            i > 0 && random.nextInt(3) == 0 ? requests.get(random.nextInt(i)) : any(random, 80);
        TestingListener listener = new TestingListener();
        requests.add(request);
        listeners.add(listener);
        engine.start(request, listener);
        for (int step = random.nextInt(12); step > 0; step--) {
          engine.loop.step();
        }
      }
      engine.finish();
      for (int i = 0; i < requests.size(); i++) {
        assertThat(listeners.get(i).tokens)
            .isEqualTo(expected(requests.get(i), VOCABULARY, WINDOW));
      }
      assertThat(engine.loop.cacheUse()).isZero();
      assertThat(engine.faults).isEmpty();
      preempted += engine.preempted;
    }
    assertThat(preempted).isPositive();
  }
}
