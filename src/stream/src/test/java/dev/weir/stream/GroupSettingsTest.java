package dev.weir.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ConfigEntry.ConfigSource;
import org.apache.kafka.clients.admin.ConfigEntry.ConfigType;
import org.junit.jupiter.api.Test;

final class GroupSettingsTest {
  private static ConfigEntry entry(String name, String value, ConfigSource source) {
    return new ConfigEntry(name, value, source, false, false, List.of(), ConfigType.INT, null);
  }

  private static Config config(ConfigSource locks) {
    return new Config(
        List.of(
            entry("share.record.lock.duration.ms", "15000", ConfigSource.DYNAMIC_GROUP_CONFIG),
            entry("share.delivery.count.limit", "25", ConfigSource.DYNAMIC_GROUP_CONFIG),
            entry("share.partition.max.record.locks", "10000", locks)));
  }

  @Test
  void aDefaultOfTheBrokerIsNotWhatWasSet() {
    assertThat(GroupSettings.areSet(config(ConfigSource.DYNAMIC_GROUP_CONFIG))).isTrue();
    assertThat(GroupSettings.areSet(config(ConfigSource.DEFAULT_CONFIG))).isFalse();
    assertThat(GroupSettings.areSet(config(ConfigSource.STATIC_BROKER_CONFIG))).isFalse();
    assertThat(GroupSettings.areSet(new Config(List.of()))).isFalse();
  }

  @Test
  void whatABrokerDoesNotSayIsItsDefault() {
    assertThat(GroupSettings.of(config(ConfigSource.DEFAULT_CONFIG), List.of(broker("10"))))
        .isEqualTo(new GroupSettings(15_000, 25, 10, 10_000));
    assertThat(GroupSettings.of(new Config(List.of()), List.of(new Config(List.of()))))
        .isEqualTo(new GroupSettings(30_000, 5, 5, 2_000));
  }

  @Test
  void deliveriesAreSparedByTheBrokerThatGrantsLeast() {
    Config group = config(ConfigSource.DYNAMIC_GROUP_CONFIG);
    GroupSettings settings = GroupSettings.of(group, List.of(broker("10"), broker("8")));

    assertThat(settings.spare(2)).isEqualTo(1);
    assertThat(settings.spare(3)).isZero();
    assertThat(settings.left(3)).isEqualTo(22);
    assertThat(GroupSettings.of(group, List.of(broker("100"))).spare(19)).isEqualTo(1);
    assertThat(GroupSettings.of(group, List.of()).spare(1)).as("unseen brokers").isNegative();
  }

  private static Config broker(String deliveries) {
    return new Config(
        List.of(
            entry(
                "group.share.delivery.count.limit",
                deliveries,
                ConfigSource.STATIC_BROKER_CONFIG)));
  }
}
