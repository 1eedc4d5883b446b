package dev.weir.standalone.command;

import dev.weir.gateway.GatewayConfig;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * Where a gateway listens and whom it lets in; what is not given comes from {@code WEIR_GATEWAY_…}.
 */
final class GatewayOptions {
  @Option(
      names = "--host",
      paramLabel = "ADDRESS",
      description = "listen here (default: 127.0.0.1); any other address needs --api-key")
  @Nullable String host;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      description = "HTTP port (default: 8080; 0: any free one)")
  @Nullable Integer port;

  @Option(
      names = "--api-key",
      paramLabel = "KEY",
      description = "clients must send it as 'Authorization: Bearer KEY'; repeatable")
  List<String> apiKeys = List.of();

  @Option(
      names = "--allow-origin",
      paramLabel = "ORIGIN",
      description = "pages of this origin may call too; repeatable")
  List<String> origins = List.of();

  GatewayConfig config() {
    Map<String, String> settings = new HashMap<>();
    if (host != null) {
      settings.put("weir.gateway.host", host);
    }
    if (port != null) {
      settings.put("weir.gateway.port", port.toString());
    }
    if (!apiKeys.isEmpty()) {
      settings.put("weir.gateway.api-keys", String.join(",", apiKeys));
    }
    if (!origins.isEmpty()) {
      settings.put("weir.gateway.allowed-origins", String.join(",", origins));
    }
    return GatewayConfig.load(settings);
  }
}
