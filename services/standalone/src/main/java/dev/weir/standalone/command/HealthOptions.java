package dev.weir.standalone.command;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where a worker alone shows health and metrics. */
final class HealthOptions {
  @Option(
      names = "--host",
      paramLabel = "ADDRESS",
      description = "of health and metrics (default: 127.0.0.1)")
  @Nullable String host;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      description =
          "of health and metrics (default: 8081 for texts, 8082 for pictures; 0: any free one)")
  @Nullable Integer port;

  /**
   * As settings of a worker.
   *
   * @param prefix such as {@code weir.worker}
   */
  Map<String, String> settings(String prefix) {
    Map<String, String> settings = new HashMap<>();
    if (host != null) {
      settings.put(prefix + ".host", host);
    }
    if (port != null) {
      settings.put(prefix + ".port", port.toString());
    }
    return settings;
  }
}
