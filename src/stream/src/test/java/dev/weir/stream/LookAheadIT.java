package dev.weir.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.proto.v1.ModelCard;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Workers that take more than they run, over a real broker. */
final class LookAheadIT {
  private static final Duration LONG = Duration.ofMinutes(5);

  private static final ModelCard FULL =
      ModelCard.newBuilder().setModel("echo").setWorker("w2").setSlots(2).setRunning(2).build();

  @RegisterExtension final TestingStreams streams = new TestingStreams();
  private final TestingGenerator blocked = streams.generator();
  private final TestingGenerator quick = streams.generator();
  private final MeterRegistry metrics = new SimpleMeterRegistry();

  @BeforeEach
  void start() {
    quick.letGo();
  }

  private Intake worker(
      String name, int slots, int intake, Generator model, Duration closeLimit, Duration hold) {
    return streams.worker(
        new IntakeOptions("echo", name, slots, intake, "test", closeLimit, hold),
        new TestingRoom(model, slots),
        metrics);
  }

  private void card(Intake worker, String name, int slots) {
    streams.with(
        new ModelCardPublisher(
            streams.config(),
            () ->
                ModelCard.newBuilder()
                    .setModel("echo")
                    .setWorker(name)
                    .setSlots(slots)
                    .setRunning(worker.running())
                    .setWaiting(worker.waiting())
                    .build()));
  }

  /** One request runs and does not end; two more were taken. */
  private TestingListener holding(Intake worker, List<TestingListener> waiting) {
    TestingListener running = streams.ask("9@1");
    running.awaitTokens(1);
    waiting.add(streams.ask("3"));
    waiting.add(streams.ask("4"));
    TestingStreams.await("two requests wait at the worker", () -> worker.waiting() == 2);
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
    Intake first = worker("w1", 1, 3, blocked, TestingStreams.CLOSE_LIMIT, LONG);
    card(first, "w1", 1);
    List<TestingListener> waiting = new ArrayList<>();
    TestingListener running = holding(first, waiting);
    Intake second = worker("w2", 2, 2, quick, TestingStreams.CLOSE_LIMIT, LONG);
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
    worker("w2", 2, 2, quick, TestingStreams.CLOSE_LIMIT, LONG);
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
    Intake first = worker("w1", 1, 3, blocked, TestingStreams.CLOSE_LIMIT, Duration.ofSeconds(1));
    List<TestingListener> waiting = new ArrayList<>();
    holding(first, waiting);
    worker("w2", 2, 2, quick, TestingStreams.CLOSE_LIMIT, LONG);
    streams.with(
        new ModelCardPublisher(streams.config(), () -> FULL)); // it does not say that it has room
    assertAnsweredOnce(waiting.get(0), "3", 3, "w2");
    assertAnsweredOnce(waiting.get(1), "4", 4, "w2");
    assertThat(released("held_long")).isPositive();
  }

  @Test
  void aWorkerTakesNoMoreThanItsIntakeAndRunsAllOfItInTheEnd() {
    Intake worker = worker("w1", 1, 3, blocked, TestingStreams.CLOSE_LIMIT, LONG);
    List<TestingListener> waiting = new ArrayList<>();
    holding(worker, waiting);
    TestingListener beyond = streams.ask("5");
    TestingListener further = streams.ask("6");
    assertThat(blocked.begun).hasValue(3);
    assertThat(metrics.get("weir.intake.held").gauge().value()).isEqualTo(2);
    assertThat(metrics.get("weir.intake.limit").gauge().value()).isEqualTo(3);
    blocked.letGo();
    assertAnsweredOnce(waiting.get(0), "3", 3, "w1");
    assertAnsweredOnce(waiting.get(1), "4", 4, "w1");
    assertAnsweredOnce(beyond, "5", 5, "w1");
    assertAnsweredOnce(further, "6", 6, "w1");
    TestingStreams.await("nothing is held", () -> worker.waiting() == 0 && worker.running() == 0);
  }

  @Test
  void requestsOfManyLengthsAreAnsweredWholeByTwoWorkersThatTakeMoreThanTheyRun() {
    Intake first = worker("w1", 2, 6, quick, TestingStreams.CLOSE_LIMIT, Duration.ofMillis(500));
    card(first, "w1", 2);
    Intake second = worker("w2", 1, 5, quick, TestingStreams.CLOSE_LIMIT, Duration.ofMillis(500));
    card(second, "w2", 1);
    Random random = new Random(11);
    List<String> prompts = new ArrayList<>();
    List<TestingListener> listeners = new ArrayList<>();
    for (int i = 0; i < 120; i++) {
      prompts.add(Integer.toString(1 + random.nextInt(40)));
      listeners.add(streams.ask(prompts.getLast()));
    }
    for (int i = 0; i < prompts.size(); i++) {
      List<StreamChunk> seen = listeners.get(i).awaitFinished();
      int count = Integer.parseInt(prompts.get(i));
      assertThat(TestingListener.tokens(seen))
          .isEqualTo(TestingGenerator.tokens(prompts.get(i), count));
    }
    TestingStreams.await("nothing is held", () -> first.waiting() + second.waiting() == 0);
  }
}
