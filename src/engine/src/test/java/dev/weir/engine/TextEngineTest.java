package dev.weir.engine;

import static dev.weir.engine.TestingEngineLoop.expected;
import static dev.weir.engine.TestingEngineLoop.greedy;
import static dev.weir.engine.TestingEngineLoop.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class TextEngineTest {
  private static TextEngine start(TestingLanguageModel model, int maxWaiting) {
    return new TextEngine(
        model,
        TestingLanguageModel::bytes,
        new TextEngineConfig(64, maxWaiting, 1000, false, true),
        EngineMetrics.NONE,
        EngineClock.SYSTEM);
  }

  private static TestingLanguageModel model(int slots) {
    return new TestingLanguageModel(TestingLanguageModel.limits(slots, 64));
  }

  /** For what nothing tells of. */
  private static void awaitTrue(BooleanSupplier condition) {
    long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("within 20 s").isLessThan(end);
      LockSupport.parkNanos(100_000);
    }
  }

  @Test
  void manyThreadsGetTheOutputOfTheModelAlone() throws Exception {
    try (TextEngine engine = start(model(4), 200);
        ExecutorService clients = Executors.newFixedThreadPool(4)) {
      List<Future<?>> done = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        TextRequest request = greedy("a".repeat(1 + i % 30), 1 + i % 13);
        done.add(
            clients.submit(() -> {
              TestingListener listener = new TestingListener();
              engine.submit(request, listener).proceed(new int[0]);
              listener.await();
              assertThat(listener.tokens).isEqualTo(expected(request, 32));
              return null;
            }));
      }
      for (Future<?> client : done) {
        client.get();
      }
    }
  }

  @Test
  void aFullQueueRejectsAtOnceWithATimeToRetry() throws Exception {
    try (TextEngine engine = start(model(1), 1)) {
      TestingListener first = new TestingListener();
      Generation running = engine.submit(greedy("a", 5), first);
      Generation waiting = engine.submit(greedy("b", 5), new TestingListener());
      assertThatThrownBy(() -> engine.submit(greedy("c", 5), new TestingListener()))
          .isInstanceOfSatisfying(
              Rejected.class,
              e ->
                  assertThat(e.retryAfter())
                      .isBetween(Duration.ofSeconds(1), Duration.ofMinutes(1)))
          .hasMessageContaining("1 waiting places");
      waiting.cancel();
      running.proceed(new int[0]);
      first.await();
      TestingListener next = new TestingListener();
      engine.submit(greedy("c", 5), next).proceed(new int[0]);
      assertThat(next.await().total()).isEqualTo(5);
    }
  }

  @Test
  void aRequestThatIsCancelledInTheMiddleEndsWithItsTokens() throws Exception {
    TestingLanguageModel model = model(1);
    try (TextEngine engine = start(model, 4)) {
      CompletableFuture<Generation> generation = new CompletableFuture<>();
      TestingListener listener = new TestingListener();
      generation.complete(
          engine.submit(
              greedy("abc", 50),
              new TextListener() {
                @Override
                public void onTokens(TokenSpan span) {
                  listener.onTokens(span);
                  if (span.firstIndex() == 3) {
                    generation.join().cancel();
                  }
                }

                @Override
                public void onFinished(Outcome outcome) {
                  listener.onFinished(outcome);
                }
              }));
      generation.join().proceed(new int[0]);
      Outcome outcome = listener.await();
      assertThat(outcome.reason()).isEqualTo(FinishReason.CANCELLED);
      assertThat(outcome.total()).isEqualTo(4);
    }
  }

  @Test
  void promptsThatWaitAreLimitedByTheirTokensButOneAloneIsTaken() throws Exception {
    TestingLanguageModel model = new TestingLanguageModel(TestingLanguageModel.limits(1, 4000));
    try (TextEngine engine = start(model, 4)) { // 1,000 tokens may wait
      TestingListener first = new TestingListener();
      Generation running = engine.submit(greedy("a".repeat(3000), 5), first);
      awaitTrue(() -> engine.running() == 1);
      Generation large = engine.submit(greedy("b".repeat(2000), 5), new TestingListener());
      assertThatThrownBy(() -> engine.submit(greedy("c", 5), new TestingListener()))
          .isInstanceOfSatisfying(
              Rejected.class, e -> assertThat(e.retryAfter()).isGreaterThan(Duration.ZERO))
          .hasMessageContaining("prompts of 2000 tokens are waiting, and 1 more");
      large.cancel();
      running.proceed(new int[0]);
      first.await();
      TestingListener next = new TestingListener();
      engine.submit(greedy("c", 5), next).proceed(new int[0]);
      assertThat(next.await().total()).isEqualTo(5);
    }
  }

  @Test
  void anIdleEngineWaitsForWorkAndForDeadlinesWithoutSpinning() throws Exception {
    TestingLanguageModel model = model(1);
    CompletableFuture<Thread> thread = new CompletableFuture<>();
    model.onStep(slices -> thread.complete(Thread.currentThread()));
    try (TextEngine engine = start(model, 4)) {
      TestingListener listener = new TestingListener();
      engine.submit(greedy("ab", 2), listener).proceed(new int[0]);
      listener.await();
      awaitTrue(() -> thread.join().getState() == Thread.State.WAITING);
      // the slot is held by one that may not begin; the other one's deadline must still come
      engine.submit(greedy("ab", 2), new TestingListener());
      TestingListener late = new TestingListener();
      engine
          .submit(
              new TextRequest(
                  "late",
                  new int[] {1},
                  SamplingParameters.builder(5).build(),
                  1,
                  Instant.now().plusMillis(50)),
              late)
          .proceed(new int[0]);
      assertThat(late.await().reason()).isEqualTo(FinishReason.DEADLINE);
    }
  }

  @Test
  void closingEndsWhatRunsAndClosesTheModel() throws Exception {
    TestingLanguageModel model = model(1);
    CountDownLatch inStep = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    model.onStep(slices -> {
      inStep.countDown();
      try {
        goOn.await();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    });
    TextEngine engine = start(model, 4);
    TestingListener listener = new TestingListener();
    Generation generation = engine.submit(greedy("ab", 50), listener);
    generation.proceed(new int[0]);
    inStep.await();
    Thread closer = Thread.ofPlatform().start(engine::close);
    awaitTrue(() -> !engine.alive());
    goOn.countDown();
    closer.join();
    assertThat(listener.outcome().reason()).isEqualTo(FinishReason.ERROR);
    assertThat(listener.outcome().error()).hasMessage("the engine was closed");
    assertThat(model.closed()).isTrue();
    generation.cancel(); // no effect
    engine.close(); // no effect
    assertThat(engine.failure().toCompletableFuture()).isNotDone();
    assertThatThrownBy(() -> engine.submit(greedy("ab", 5), new TestingListener()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the engine has stopped: the engine was closed");
  }

  @Test
  void aFatalErrorEndsEverythingAndIsTold() throws Exception {
    TestingLanguageModel model = model(1);
    model.onStep(slices -> {
      throw new OutOfMemoryError("testing");
    });
    try (TextEngine engine = start(model, 4)) {
      TestingListener first = new TestingListener();
      TestingListener second = new TestingListener();
      Generation generation = engine.submit(greedy("a", 5), first);
      engine.submit(greedy("ab", 5), second);
      generation.proceed(new int[0]);
      assertThat(first.await().error()).isInstanceOf(OutOfMemoryError.class);
      assertThat(second.await().error()).isInstanceOf(OutOfMemoryError.class);
      assertThat(engine.alive()).isFalse();
      assertThat(engine.failure().toCompletableFuture().join())
          .isInstanceOf(OutOfMemoryError.class);
    }
    assertThat(model.closed()).isTrue();
  }

  @Test
  void aRequestThatTheModelCanNeverDoIsRefusedByTheNameOfItsField() {
    try (TextEngine engine = start(model(1), 4)) {
      SamplingParameters plain = SamplingParameters.builder(5).build();
      refused(engine, request(new int[0], plain), "prompt", "invalid_value", "no tokens");
      refused(
          engine,
          request(new int[64], plain),
          "prompt",
          "context_length_exceeded",
          "64 tokens, but the model's context is 64 tokens");
      refused(engine, request(new int[] {1, 32}, plain), "prompt[1]", "invalid_value", "token 32");
      refused(engine, request(new int[] {-1}, plain), "prompt[0]", "invalid_value", "token -1");
      refused(
          engine,
          request(new int[1], SamplingParameters.builder(5).logitBias(Map.of(32, 1.0)).build()),
          "logit_bias.32",
          "invalid_value",
          "vocabulary of 32");
      refused(
          engine,
          request(new int[1], SamplingParameters.builder(5).stopTokens(Set.of(99)).build()),
          "stop_token_ids",
          "invalid_value",
          "token 99");
    }
  }

  private static void refused(
      TextEngine engine, TextRequest request, String field, String code, String message) {
    assertThatThrownBy(() -> engine.submit(request, new TestingListener()))
        .isInstanceOfSatisfying(
            InvalidRequest.class,
            e -> {
              assertThat(e.field()).isEqualTo(field);
              assertThat(e.code()).isEqualTo(code);
            })
        .hasMessageContaining(message);
  }

  @Test
  void aSecondProceedIsAMistakeOfTheCaller() {
    try (TextEngine engine = start(model(1), 4)) {
      Generation generation = engine.submit(greedy("a", 5), new TestingListener());
      generation.proceed(new int[0]);
      assertThatThrownBy(() -> generation.proceed(new int[0]))
          .isInstanceOf(IllegalStateException.class);
    }
  }
}
