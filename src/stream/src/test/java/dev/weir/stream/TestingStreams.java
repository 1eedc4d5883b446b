package dev.weir.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.proto.v1.Finished;
import dev.weir.proto.v1.GenerationRequest;
import dev.weir.stream.RequestPublisher.Published;
import dev.weir.stream.StreamReader.Start;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.assertj.core.api.SoftAssertions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Publisher, reader and workers of one test, for the model {@code echo} on a real broker. What is
 * opened here is closed behind the test, in reversed order.
 */
final class TestingStreams implements AfterEachCallback {
  private static final Duration LIMIT = Duration.ofSeconds(120);

  /** So long a worker that closes lets its requests run on. */
  static final Duration CLOSE_LIMIT = Duration.ofMillis(200);

  private final List<AutoCloseable> open = new ArrayList<>();
  private final List<TestingGenerator> generators = new ArrayList<>();
  private @Nullable Clients clients;

  private record Clients(
      StreamConfig config, KafkaRequestPublisher publisher, KafkaStreamReader reader) {}

  /** All that follows is on another broker than that of all tests. */
  void on(StreamConfig config, @Nullable MeterRegistry registry) {
    clients = connect(config, registry);
  }

  private Clients connect(StreamConfig config, @Nullable MeterRegistry registry) {
    return new Clients(
        config,
        with(new KafkaRequestPublisher(config, Set::of, "/weir/test", null)),
        with(new KafkaStreamReader(config, registry)));
  }

  private Clients clients() {
    Clients known = clients;
    if (known == null) {
      known = connect(TestingBroker.streams(List.of("echo")), null);
      clients = known;
    }
    return known;
  }

  StreamConfig config() {
    return clients().config();
  }

  Topics names() {
    return new Topics(config().prefix());
  }

  KafkaRequestPublisher publisher() {
    return clients().publisher();
  }

  KafkaStreamReader reader() {
    return clients().reader();
  }

  <T extends AutoCloseable> T with(T opened) {
    open.add(opened);
    return opened;
  }

  /** What everything else needs to close. */
  <T extends AutoCloseable> T closedLast(T opened) {
    open.addFirst(opened);
    return opened;
  }

  /** A model that is let go before its workers are closed. */
  TestingGenerator generator() {
    TestingGenerator generator = new TestingGenerator();
    generators.add(generator);
    return generator;
  }

  Intake worker(IntakeOptions options, Generator model, MeterRegistry registry) {
    return with(Intake.start(config(), options, model, registry));
  }

  /** One that takes what it has slots for, and that nobody measures. */
  Intake worker(String name, int slots, Generator model) {
    IntakeOptions options =
        new IntakeOptions("echo", name, slots, slots, "test", CLOSE_LIMIT, Duration.ofMinutes(1));
    return worker(options, model, new SimpleMeterRegistry());
  }

  Published publish(String prompt) {
    return publish(prompt, RequestHeaders.NONE);
  }

  Published publish(String prompt, RequestHeaders headers) {
    return publish(
        GenerationRequest.newBuilder().setModel("echo").setPrompt(prompt).build(), headers);
  }

  Published publish(GenerationRequest request, RequestHeaders headers) {
    return publisher().publish(request, headers).toCompletableFuture().join();
  }

  void cancel(Published published) {
    publisher().cancel(published.requestId(), "test").toCompletableFuture().join();
  }

  TestingListener follow(Published published) {
    return follow(published.requestId(), new Start.From(published.from()));
  }

  TestingListener follow(String id, Start start) {
    TestingListener listener = new TestingListener();
    reader().follow(id, start, listener);
    return listener;
  }

  /** Publishes a prompt and follows its answer. */
  TestingListener ask(String prompt) {
    return follow(publish(prompt));
  }

  TestingListener ask(String prompt, RequestHeaders headers) {
    return follow(publish(prompt, headers));
  }

  /** Who has only an id that nothing was written for yet is told so, and asks again. */
  TestingListener awaitBegun(String id) {
    while (true) {
      TestingListener listener = follow(id, new Start.Beginning());
      if (!listener.awaitAnything().isEmpty()) {
        return listener;
      }
    }
  }

  static Finished end(List<StreamChunk> seen) {
    return seen.getLast().chunk().getFinished();
  }

  static void await(String what, BooleanSupplier condition) {
    long end = System.nanoTime() + LIMIT.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as(what).isLessThan(end);
      LockSupport.parkNanos(10_000_000);
    }
  }

  /** What cannot be closed leaves nothing else open. */
  @Override
  public void afterEach(ExtensionContext context) {
    generators.forEach(TestingGenerator::letGo);
    SoftAssertions closed = new SoftAssertions();
    open.reversed().forEach(one -> closed.assertThatCode(one::close).doesNotThrowAnyException());
    closed.assertAll();
  }
}
