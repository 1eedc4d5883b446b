package dev.weir.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.utils.Exit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EmbeddedBrokerIT {
  @TempDir Path data;

  @Test
  void aSecondStartOnTheSameDataNamesTheFolderAndItsHolder() {
    try (EmbeddedBroker _ = EmbeddedBroker.start(data)) {
      assertThatThrownBy(() -> EmbeddedBroker.start(data))
          .isInstanceOf(BrokerException.class)
          .hasMessageContaining(data.toString())
          .hasMessageContaining("process " + ProcessHandle.current().pid());
    }
  }

  @Test
  void aBrokerStartsAgainOnItsDataAndKeepsItsTopics() throws Exception {
    int port;
    try (EmbeddedBroker broker = EmbeddedBroker.start(data);
        StreamAdmin admin = new StreamAdmin(StreamConfig.of(broker.bootstrap()))) {
      port = Integer.parseInt(broker.bootstrap().split(":", -1)[1]);
      admin.ensure(List.of("echo"));
    }
    try (EmbeddedBroker broker = EmbeddedBroker.start(data, port);
        Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()))) {
      assertThat(broker.bootstrap()).endsWith(":" + port);
      assertThat(admin.listTopics().names().get())
          .isEqualTo(
              Set.of(
                  "weir.requests.echo",
                  "weir.chunks",
                  "weir.control",
                  "weir.models",
                  "weir.results",
                  "weir.dead"));
    }
  }

  @Test
  void aTakenPortIsOneClearSentence() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      assertThatThrownBy(() -> EmbeddedBroker.start(data, taken.getLocalPort()))
          .isInstanceOf(BrokerException.class)
          .hasMessageContaining("port " + taken.getLocalPort());
    }
    assertThatCode(() -> BrokerFolder.lock(data).close()).doesNotThrowAnyException();
  }

  @Test
  void ensureSetsTheWorkersGroupAndMayBeRepeated() {
    try (StreamAdmin admin = new StreamAdmin(TestingBroker.streams(List.of("echo")))) {
      admin.ensure(List.of("echo", "other"));
      assertThat(admin.group("other")).isEqualTo(new GroupSettings(2_000, 25, 10, 10_000));
    }
  }

  @Test
  void aTopicThatWouldBreakTheStreamsIsRefusedByName() throws Exception {
    StreamConfig config = TestingBroker.of(TestingBroker.streams(List.of()).bootstrap());
    String requests = new Topics(config.prefix()).requests("echo");
    String chunks = new Topics(config.prefix()).chunks();
    try (StreamAdmin admin = new StreamAdmin(config);
        Admin kafka = Admin.create(Map.of("bootstrap.servers", config.bootstrap()))) {
      kafka
          .createTopics(
              List.of(
                  new NewTopic(requests, 3, (short) 1)
                      .configs(
                          Map.of(
                              "message.timestamp.type", "LogAppendTime",
                              "retention.ms", "90000000"))))
          .all()
          .get();
      assertThatThrownBy(() -> admin.ensure(List.of("echo")))
          .isInstanceOf(StreamSetupException.class)
          .hasMessage(
              "topic %s has 3 partitions, but must have 1: delete and create it" + " anew",
              requests);
      admin.ensure(List.of());
      kafka
          .incrementalAlterConfigs(
              Map.of(
                  new ConfigResource(ConfigResource.Type.TOPIC, chunks),
                  List.of(
                      new AlterConfigOp(
                          new ConfigEntry("cleanup.policy", "compact"), AlterConfigOp.OpType.SET),
                      new AlterConfigOp(
                          new ConfigEntry("retention.ms", "60000"), AlterConfigOp.OpType.SET))))
          .all()
          .get();
      assertThatThrownBy(() -> admin.ensure(List.of()))
          .hasMessageContaining(
              "topic " + chunks + " has cleanup.policy=compact, but must have delete")
          .hasMessageContaining("topic " + chunks + " has retention.ms=60000");
    }
  }

  @Test
  void aBrokerThatIsNotThereIsOneClearSentenceAndCanBeTriedAgain() {
    int port = FreePorts.one();
    try (StreamAdmin admin = new StreamAdmin(StreamConfig.of("127.0.0.1:" + port))) {
      assertThatThrownBy(() -> admin.ensure(List.of()))
          .isInstanceOf(StreamUnavailableException.class)
          .hasMessage("Kafka at 127.0.0.1:" + port + " does not answer; is it running there?");
      try (EmbeddedBroker _ = EmbeddedBroker.start(data, port)) {
        assertThatCode(() -> admin.ensure(List.of())).doesNotThrowAnyException();
      }
    }
  }

  @Test
  void aBrokerThatGivesUpTellsItsOwnerInsteadOfHaltingTheProcess() {
    try (EmbeddedBroker broker = EmbeddedBroker.start(data)) {
      // What Kafka calls when, for one, its disk fails.
      assertThatThrownBy(() -> Exit.halt(1, "all log dirs have failed"))
          .isInstanceOf(BrokerException.class);
      assertThat(broker.failure().toCompletableFuture().join())
          .hasMessageContaining("all log dirs have failed");
    }
  }

  @Test
  void aClosedBrokerLeavesNoThreadBehind() {
    Set<String> before = TestingThreads.names();
    EmbeddedBroker.start(data).close();
    TestingThreads.awaitGone(before, Duration.ofSeconds(10));
  }
}
