package dev.weir.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The group's window, made as small as a broker allows: newest minus oldest unfinished request. */
final class WindowIT {
  private static final int WINDOW = 100;

  @RegisterExtension final TestingStreams streams = new TestingStreams();
  private final TestingGenerator generator = streams.generator();
  private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();

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
    shrink(streams.config());
    streams.worker(IntakeOptions.of("echo", "w1", 2, "test"), generator, metrics);
    TestingListener held = streams.ask("9@1");
    held.awaitTokens(1);
    for (int i = 1; i < WINDOW; i++) {
      streams.ask("1").awaitFinished();
    }
    List<TestingListener> beyond = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      beyond.add(streams.ask("1"));
    }
    TestingStreams.await("the window is full", () -> gauge("weir.intake.window.ratio") >= 1);
    assertThat(metrics.get("weir.intake.deliveries").counter().count()).isEqualTo(WINDOW);
    assertThat(beyond).allSatisfy(listener -> assertThat(listener.seen()).isEmpty());

    generator.letGo();
    assertThat(TestingListener.tokens(held.awaitFinished())).hasSize(9);
    beyond.forEach(TestingListener::awaitFinished);
  }

  private double gauge(String name) {
    return metrics.get(name).gauge().value();
  }
}
