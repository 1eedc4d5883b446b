package dev.weir.torch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.engine.EngineClock;
import dev.weir.engine.EngineMetrics;
import dev.weir.engine.Outcome;
import dev.weir.engine.SamplingParameters;
import dev.weir.engine.TextEngine;
import dev.weir.engine.TextEngineConfig;
import dev.weir.engine.TextListener;
import dev.weir.engine.TextRequest;
import dev.weir.engine.TokenSpan;
import dev.weir.text.ModelConfig;
import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What requests take, in Java or in native memory, they give back. */
class EngineMemoryTest {
  private static final ModelConfig CONFIG = TestingConfigs.small();
  private static final int REQUESTS = 1000;
  private static final int AT_ONCE = 8;

  /** What compilers take in the meantime: 16 kB a request, less than one row of a real model. */
  private static final long NOISE_BYTES = 16 << 20;

  /** Two kB a request: less than its tokens, texts and cache blocks take. */
  private static final long JAVA_NOISE_BYTES = 2 << 20;

  @Test
  void aThousandRequestsLeaveMemoryWhereItWas() throws Exception {
    TorchLanguageModel model =
        TorchLanguageModel.load(
            TestingTensors.random(CONFIG, 1).checkpoint(CONFIG),
            TestingConfigs.OPTIONS.withSlots(4));
    try (TextEngine engine =
        new TextEngine(
            model,
            token -> new byte[] {(byte) ('0' + token)},
            TextEngineConfig.DEFAULT,
            EngineMetrics.NONE,
            EngineClock.SYSTEM)) {
      requests(engine, REQUESTS);
      int live = model.liveTensors();
      long nativeBefore = NativeHeap.find().map(NativeHeap::bytesInUse).orElse(0L);
      long javaBefore = javaBytes();
      requests(engine, REQUESTS);
      assertThat(model.liveTensors()).isEqualTo(live);
      long bound = nativeBefore + NOISE_BYTES;
      assertThat(NativeHeap.settled(bound)).isLessThan(bound);
      assertThat(javaBytes() - javaBefore).isLessThan(JAVA_NOISE_BYTES);
    }
  }

  /** Every way to sample and to end, some at once. */
  private static void requests(TextEngine engine, int count) throws InterruptedException {
    Random random = new Random(8);
    for (int first = 0; first < count; first += AT_ONCE) {
      CountDownLatch ended = new CountDownLatch(AT_ONCE);
      List<Runnable> cancels = new ArrayList<>();
      for (int i = 0; i < AT_ONCE; i++) {
        var generation = engine.submit(request(random, first + i), new Listener(ended));
        generation.proceed(new int[0]);
        if (random.nextInt(4) == 0) {
          cancels.add(generation::cancel);
        }
      }
      cancels.forEach(Runnable::run);
      assertThat(ended.await(2, TimeUnit.MINUTES)).isTrue();
    }
  }

  private static TextRequest request(Random random, int number) {
    SamplingParameters.Builder sampling =
        SamplingParameters.builder(1 + random.nextInt(12))
            .temperature(random.nextInt(3))
            .topP(random.nextBoolean() ? 1 : 0.9)
            .topLogprobs(random.nextInt(6) - 1);
    if (random.nextBoolean()) {
      sampling.frequencyPenalty(0.5).repetitionPenalty(1.1);
    }
    int[] prompt = random.ints(1 + random.nextInt(40), 0, TestingConfigs.VOCABULARY).toArray();
    return new TextRequest("r" + number, prompt, sampling.build(), number, Instant.MAX);
  }

  private static long javaBytes() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  private record Listener(CountDownLatch ended) implements TextListener {
    @Override
    public void onTokens(TokenSpan span) {}

    @Override
    public void onFinished(Outcome outcome) {
      ended.countDown();
    }
  }
}
