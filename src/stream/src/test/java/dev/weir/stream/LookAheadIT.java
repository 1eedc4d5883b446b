package dev.weir.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.proto.v1.GenerationRequest;
import dev.weir.proto.v1.ModelCard;
import dev.weir.stream.RequestPublisher.Published;
import dev.weir.stream.StreamReader.Start;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Workers that take more than they run, over a real broker. */
final class LookAheadIT {
  private static final Duration LONG = Duration.ofMinutes(5);

  private static final ModelCard FULL =
      ModelCard.newBuilder().setModel("echo").setWorker("w2").setSlots(2).setRunning(2).build();

  private final List<AutoCloseable> open = new ArrayList<>();
  private final TestingGenerator blocked = new TestingGenerator();
  private final TestingGenerator quick = new TestingGenerator();
  private final MeterRegistry metrics = new SimpleMeterRegistry();
  private StreamConfig config;
  private KafkaRequestPublisher publisher;
  private KafkaStreamReader reader;

  @BeforeEach
  void start() {
    config = TestingBroker.streams(List.of("echo"));
    publisher = with(new KafkaRequestPublisher(config, Set::of, "/weir/test", null));
    reader = with(new KafkaStreamReader(config, null));
    quick.letGo();
  }

  @AfterEach
  void stop() throws Exception {
    blocked.letGo();
    for (AutoCloseable closing : open.reversed()) {
      closing.close();
    }
  }

  private <T extends AutoCloseable> T with(T opened) {
    open.add(opened);
    return opened;
  }

  private Intake worker(
      String name, int slots, int intake, Generator model, Duration closeLimit, Duration hold) {
    return with(
        Intake.start(
            config,
            new IntakeOptions("echo", name, slots, intake, "test", closeLimit, hold),
            new TestingRoom(model, slots),
            metrics));
  }

  private void card(Intake worker, String name, int slots) {
    with(
        new ModelCardPublisher(
            config,
            () ->
                ModelCard.newBuilder()
                    .setModel("echo")
                    .setWorker(name)
                    .setSlots(slots)
                    .setRunning(worker.running())
                    .setWaiting(worker.waiting())
                    .build()));
  }

  private TestingListener ask(String prompt) {
    Published published =
        publisher
            .publish(
                GenerationRequest.newBuilder().setModel("echo").setPrompt(prompt).build(),
                RequestHeaders.NONE)
            .toCompletableFuture()
            .join();
    TestingListener listener = new TestingListener();
    reader.follow(published.requestId(), new Start.From(published.from()), listener);
    return listener;
  }

  private static void await(String what, BooleanSupplier condition) {
    long end = System.nanoTime() + Duration.ofSeconds(120).toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as(what).isLessThan(end);
      LockSupport.parkNanos(20_000_000);
    }
  }

  /** One request runs and does not end; two more were taken. */
  private TestingListener holding(Intake worker, List<TestingListener> waiting) {
    TestingListener running = ask("9@1");
    running.awaitTokens(1);
    waiting.add(ask("3"));
    waiting.add(ask("4"));
    await("two requests wait at the worker", () -> worker.waiting() == 2);
    assertThat(worker.running()).isEqualTo(1);
    return running;
  }

  private static void assertAnsweredOnce(
      TestingListener listener, String prompt, int tokens, String worker) {
    List<StreamChunk> seen = listener.awaitFinished();
    assertThat(TestingListener.tokens(seen)).isEqualTo(TestingGenerator.tokens(prompt, tokens));
    assertThat(
            seen.stream()
                .filter(chunk -> chunk.chunk().hasStarted())
                .map(chunk -> chunk.chunk().getStarted().getWorker()))
        .containsExactly(worker);
  }

  private double released(String reason) {
    Counter counter = metrics.find("weir.intake.released").tag("reason", reason).counter();
    return counter == null ? 0 : counter.count();
  }

  @Test
  void whatWaitsGoesToAWorkerThatHasAFreeSlotAndNothingIsAnsweredTwice() {
    Intake first = worker("w1", 1, 3, blocked, Duration.ofMillis(200), LONG);
    card(first, "w1", 1);
    List<TestingListener> waiting = new ArrayList<>();
    TestingListener running = holding(first, waiting);
    Intake second = worker("w2", 2, 2, quick, Duration.ofMillis(200), LONG);
    card(second, "w2", 2);
    assertAnsweredOnce(waiting.get(0), "3", 3, "w2");
    assertAnsweredOnce(waiting.get(1), "4", 4, "w2");
    assertThat(released("free_elsewhere")).isGreaterThanOrEqualTo(2);
    blocked.letGo();
    assertAnsweredOnce(running, "9@1", 9, "w1");
  }

  @Test
  void aWorkerThatClosesReleasesWhatWaitsAtOnceAndFinishesWhatRuns() {
    Intake first = worker("w1", 1, 8, blocked, LONG, LONG); // five of them still poll
    List<TestingListener> waiting = new ArrayList<>();
    TestingListener running = holding(first, waiting);
    CompletableFuture<Void> closing = CompletableFuture.runAsync(first::close);
    worker("w2", 2, 2, quick, Duration.ofMillis(200), LONG);
    assertAnsweredOnce(waiting.get(0), "3", 3, "w2");
    assertAnsweredOnce(waiting.get(1), "4", 4, "w2");
    assertThat(closing).isNotDone();
    assertThat(released("closing")).isEqualTo(2);
    blocked.letGo();
    assertAnsweredOnce(running, "9@1", 9, "w1");
    closing.join();
  }

  @Test
  void whatWaitsForLongIsLeftToOthers() {
    Intake first = worker("w1", 1, 3, blocked, Duration.ofMillis(200), Duration.ofSeconds(1));
    List<TestingListener> waiting = new ArrayList<>();
    holding(first, waiting);
    worker("w2", 2, 2, quick, Duration.ofMillis(200), LONG);
    with(new ModelCardPublisher(config, () -> FULL)); // it does not say that it has room
    assertAnsweredOnce(waiting.get(0), "3", 3, "w2");
    assertAnsweredOnce(waiting.get(1), "4", 4, "w2");
    assertThat(released("held_long")).isPositive();
  }

  @Test
  void aWorkerTakesNoMoreThanItsIntakeAndRunsAllOfItInTheEnd() {
    Intake worker = worker("w1", 1, 3, blocked, Duration.ofMillis(200), LONG);
    List<TestingListener> waiting = new ArrayList<>();
    holding(worker, waiting);
    TestingListener beyond = ask("5");
    TestingListener further = ask("6");
    assertThat(blocked.begun).hasValue(3);
    assertThat(metrics.get("weir.intake.held").gauge().value()).isEqualTo(2);
    assertThat(metrics.get("weir.intake.limit").gauge().value()).isEqualTo(3);
    blocked.letGo();
    assertAnsweredOnce(waiting.get(0), "3", 3, "w1");
    assertAnsweredOnce(waiting.get(1), "4", 4, "w1");
    assertAnsweredOnce(beyond, "5", 5, "w1");
    assertAnsweredOnce(further, "6", 6, "w1");
    await("nothing is held", () -> worker.waiting() == 0 && worker.running() == 0);
  }

  @Test
  void requestsOfManyLengthsAreAnsweredWholeByTwoWorkersThatTakeMoreThanTheyRun() {
    Intake first = worker("w1", 2, 6, quick, Duration.ofMillis(200), Duration.ofMillis(500));
    card(first, "w1", 2);
    Intake second = worker("w2", 1, 5, quick, Duration.ofMillis(200), Duration.ofMillis(500));
    card(second, "w2", 1);
    Random random = new Random(11);
    List<String> prompts = new ArrayList<>();
    List<TestingListener> listeners = new ArrayList<>();
    for (int i = 0; i < 120; i++) {
      prompts.add(Integer.toString(1 + random.nextInt(40)));
      listeners.add(ask(prompts.getLast()));
    }
    for (int i = 0; i < prompts.size(); i++) {
      List<StreamChunk> seen = listeners.get(i).awaitFinished();
      int count = Integer.parseInt(prompts.get(i));
      assertThat(TestingListener.tokens(seen))
          .isEqualTo(TestingGenerator.tokens(prompts.get(i), count));
    }
    await("nothing is held", () -> first.waiting() + second.waiting() == 0);
  }
}
