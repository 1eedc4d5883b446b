package dev.weir.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.proto.v1.GenerationRequest;
import dev.weir.stream.RequestPublisher.Published;
import dev.weir.stream.StreamReader.Start;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The group's window, made as small as a broker allows: newest minus oldest unfinished request. */
final class WindowIT {
  private static final int WINDOW = 100;
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final List<AutoCloseable> open = new ArrayList<>();
  private final TestingGenerator generator = new TestingGenerator();
  private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();

  @AfterEach
  void stop() throws Exception {
    generator.letGo();
    for (AutoCloseable closing : open.reversed()) {
      closing.close();
    }
  }

  private <T extends AutoCloseable> T with(T opened) {
    open.add(opened);
    return opened;
  }

  private static void shrink(StreamConfig config) throws Exception {
    ConfigResource group =
        new ConfigResource(ConfigResource.Type.GROUP, new Topics(config.prefix()).workers("echo"));
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", config.bootstrap()))) {
      admin
          .incrementalAlterConfigs(
              Map.of(
                  group,
                  List.of(
                      new AlterConfigOp(
                          new ConfigEntry(
                              "share.partition.max.record.locks", Integer.toString(WINDOW)),
                          AlterConfigOp.OpType.SET))))
          .all()
          .get();
    }
  }

  @Test
  void oneLongRequestDelaysNoneBesideItBeforeTheWindowIsFullAndThatIsMeasured() throws Exception {
    StreamConfig config = TestingBroker.streams(List.of("echo"));
    shrink(config);
    KafkaRequestPublisher publisher =
        with(new KafkaRequestPublisher(config, Set::of, "/weir/test", null));
    KafkaStreamReader reader = with(new KafkaStreamReader(config, null));
    with(Intake.start(config, IntakeOptions.of("echo", "w1", 2, "test"), generator, metrics));
    TestingListener held = ask(publisher, reader, "9@1");
    held.awaitTokens(1);
    for (int i = 1; i < WINDOW; i++) {
      ask(publisher, reader, "1").awaitFinished();
    }
    List<TestingListener> beyond = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      beyond.add(ask(publisher, reader, "1"));
    }
    await("the window is full", () -> gauge("weir.intake.window.ratio") >= 1);
    assertThat(metrics.get("weir.intake.deliveries").counter().count()).isEqualTo(WINDOW);
    assertThat(beyond).allSatisfy(listener -> assertThat(listener.seen()).isEmpty());

    generator.letGo();
    assertThat(TestingListener.tokens(held.awaitFinished())).hasSize(9);
    beyond.forEach(TestingListener::awaitFinished);
  }

  private double gauge(String name) {
    return metrics.get(name).gauge().value();
  }

  private static void await(String what, java.util.function.BooleanSupplier condition) {
    long end = System.nanoTime() + LIMIT.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as(what).isLessThan(end);
      LockSupport.parkNanos(20_000_000);
    }
  }

  private static TestingListener ask(
      KafkaRequestPublisher publisher, KafkaStreamReader reader, String prompt) {
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
}
