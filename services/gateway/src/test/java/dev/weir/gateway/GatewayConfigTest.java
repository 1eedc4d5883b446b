package dev.weir.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class GatewayConfigTest {

  @Test
  void theDefaultsAreThese() throws Exception {
    Map<String, String> defaults = new TreeMap<>();
    GatewayConfig config = GatewayConfig.load(Map.of());
    collect("", GatewayConfig.class, config, defaults);
    assertThat(defaults)
        .containsExactlyInAnyOrderEntriesOf(
            Map.ofEntries(
                Map.entry("host", "127.0.0.1"),
                Map.entry("port", "8080"),
                Map.entry("apiKeys", "Optional.empty"),
                Map.entry("allowedOrigins", "Optional.empty"),
                Map.entry("eventLoops", "2"),
                Map.entry("maxConnections", "16384"),
                Map.entry("bodyLimit", "2097152"),
                Map.entry("headerLimit", "16384"),
                Map.entry("requestLineLimit", "8192"),
                Map.entry("maxOutstanding", "1024"),
                Map.entry("maxOutstandingPerConnection", "64"),
                Map.entry("maxOutstandingPerTenant", "256"),
                Map.entry("retryAfter", "PT1S"),
                Map.entry("maxChoices", "16"),
                Map.entry("publishTimeout", "PT10S"),
                Map.entry("headWait", "PT10S"),
                Map.entry("pingInterval", "PT10S"),
                Map.entry("responseTimeout", "PT11M"),
                Map.entry("requestTimeout", "PT30S"),
                Map.entry("idleTimeout", "PT1M15S"),
                Map.entry("stallTimeout", "PT1M"),
                Map.entry("drainDelay", "PT1S"),
                Map.entry("drainIdle", "PT5S"),
                Map.entry("drainTimeout", "PT20S"),
                Map.entry("streamWindow", "256"),
                Map.entry("streamWindowBytes", "4194304"),
                Map.entry("idempotencyTtl", "PT10M"),
                Map.entry("idempotencyKeys", "10000"),
                Map.entry("ws.maxStreams", "64"),
                Map.entry("ws.credit", "256"),
                Map.entry("ws.maxFrame", "65536"),
                Map.entry("ws.maxMessage", "2097152"),
                Map.entry("ws.pingInterval", "PT20S")));
  }

  private static void collect(
      String prefix, Class<?> type, Object config, Map<String, String> values) throws Exception {
    for (Method setting : type.getDeclaredMethods()) {
      if (Modifier.isStatic(setting.getModifiers())) {
        continue;
      }
      Object value = setting.invoke(config);
      if (setting.getReturnType() == GatewayConfig.WebSockets.class) {
        collect(setting.getName() + ".", setting.getReturnType(), value, values);
      } else {
        values.put(prefix + setting.getName(), String.valueOf(value));
      }
    }
  }

  @Test
  void argumentsWinOverDefaults() {
    GatewayConfig config =
        GatewayConfig.load(
            Map.of(
                "weir.gateway.port",
                "0",
                "weir.gateway.ws.max-streams",
                "7",
                "weir.gateway.api-keys",
                "one,two"));
    assertThat(config.port()).isZero();
    assertThat(config.ws().maxStreams()).isEqualTo(7);
    assertThat(config.apiKeys()).isEqualTo(Optional.of(List.of("one", "two")));
  }

  @Test
  void anAddressThatOthersReachNeedsAKey() {
    assertThatThrownBy(() -> new TestingGateway("host", "0.0.0.0"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "weir.gateway.host is 0.0.0.0, which other machines can reach, and there is no API"
                + " key. Set weir.gateway.api-keys (WEIR_GATEWAY_API_KEYS), or listen on"
                + " 127.0.0.1.");
    assertThatThrownBy(() -> new TestingGateway("api-keys", "good, "))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("weir.gateway.api-keys");
    new TestingGateway("host", "0.0.0.0", "api-keys", "secret").close();
    new TestingGateway("host", "localhost").close();
  }

  @Test
  void aPortThatIsTakenIsOneSentence() {
    try (TestingGateway first = new TestingGateway()) {
      String port = Integer.toString(first.gateway.port());
      assertThatThrownBy(() -> new TestingGateway("port", port))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("cannot listen on 127.0.0.1:" + port)
          .hasMessageContaining("weir.gateway.port");
    }
  }
}
