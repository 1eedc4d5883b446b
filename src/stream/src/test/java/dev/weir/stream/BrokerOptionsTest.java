package dev.weir.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class BrokerOptionsTest {
  private static final Path DATA = Path.of("data");

  @Test
  void aNodeThatIsNoneOfTheQuorumIsRefused() {
    assertThatThrownBy(() -> new BrokerOptions(DATA, 1, 4, List.of(11, 12, 13), List.of()))
        .hasMessageContaining("node is 4")
        .hasMessageContaining("1 to 3");
    assertThatThrownBy(() -> new BrokerOptions(DATA, 1, 2, List.of(), List.of()))
        .hasMessageContaining("node is 2");
  }

  @Test
  void twoControllersOnOnePortAreRefused() {
    assertThatThrownBy(() -> new BrokerOptions(DATA, 1, 1, List.of(11, 11), List.of()))
        .hasMessageContaining("a port of its own");
  }

  @Test
  void anExternalAddressWithoutAPortIsRefused() {
    assertThatThrownBy(() -> new BrokerOptions.External(9000, "proxy"))
        .hasMessageContaining("HOST:PORT")
        .hasMessageContaining("'proxy'");
  }

  @Test
  void threeBrokersHoldThreeCopiesOfWhichTwoMustBeThere() {
    BrokerOptions second =
        new BrokerOptions(
            DATA,
            9002,
            2,
            List.of(11, 12, 13),
            List.of(new BrokerOptions.External(9202, "proxy:7002")));
    Map<String, String> settings =
        BrokerSettings.of(second, DATA.resolve("kafka"), 9002, second.quorum());
    assertThat(settings)
        .containsEntry("node.id", "2")
        .containsEntry("controller.quorum.voters", "1@127.0.0.1:11,2@127.0.0.1:12,3@127.0.0.1:13")
        .containsEntry("default.replication.factor", "3")
        .containsEntry("min.insync.replicas", "2")
        .containsEntry("share.coordinator.state.topic.replication.factor", "3")
        .containsEntry("share.coordinator.state.topic.min.isr", "2")
        .containsEntry("unclean.leader.election.enable", "false")
        .containsEntry(
            "listeners",
            "PLAINTEXT://127.0.0.1:9002,EXTERNAL1://127.0.0.1:9202,CONTROLLER://127.0.0.1:12")
        .containsEntry("advertised.listeners", "PLAINTEXT://127.0.0.1:9002,EXTERNAL1://proxy:7002");
  }

  @Test
  void aBrokerAloneHoldsOneCopy() {
    Map<String, String> settings =
        BrokerSettings.of(BrokerOptions.alone(DATA, 9001), DATA, 9001, List.of(11));
    assertThat(settings)
        .containsEntry("default.replication.factor", "1")
        .containsEntry("min.insync.replicas", "1");
  }

  /** A broker that stops forgets what was set for a group, and goes by its default, which is 5. */
  @Test
  void aBrokerThatForgetsAGroupsLimitOfDeliveriesGrantsTheMostThatItMay() {
    assertThat(BrokerSettings.of(BrokerOptions.alone(DATA, 9001), DATA, 9001, List.of(11)))
        .containsEntry("group.share.delivery.count.limit", "10");
  }
}
